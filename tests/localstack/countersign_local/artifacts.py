"""Zips of binaries and other files in a bucket, named by their content."""

import hashlib
import io
import zipfile
from pathlib import Path

from botocore.exceptions import ClientError

from countersign_local.settings import BINARY_NAME_FILE

BUCKET = "countersign-artifacts"
FIXED_DATE = (1980, 1, 1, 0, 0, 0)


class Store:
    """The bucket. What is there already is not sent again."""

    def __init__(self, s3) -> None:
        self._s3 = s3
        self.sent = 0
        s3.create_bucket(Bucket=BUCKET)

    def put_file(self, name: str, content: bytes) -> str:
        """The address of a file with this content."""
        key = f"{digest(content)}/{name}"
        if not self._has(key):
            self._send(key, content)
        return f"s3://{BUCKET}/{key}"

    def put_binary(self, path: Path, binary: str) -> str:
        """The key of the zip that holds the binary at `path` as `bootstrap`."""
        content = path.read_bytes()
        key = f"{digest(content + binary.encode())}/{binary}.zip"
        if not self._has(key):
            self._send(key, zip_of(content, binary))
        return key

    def _has(self, key: str) -> bool:
        try:
            self._s3.head_object(Bucket=BUCKET, Key=key)
            return True
        except ClientError:
            return False

    def _send(self, key: str, content: bytes) -> None:
        self._s3.put_object(Bucket=BUCKET, Key=key, Body=content)
        self.sent += 1


def digest(content: bytes) -> str:
    """Short name of a content."""
    return hashlib.sha256(content).hexdigest()[:32]


def zip_of(content: bytes, binary: str) -> bytes:
    """A Lambda zip; equal contents give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data, mode in (("bootstrap", content, 0o755), (BINARY_NAME_FILE, binary.encode(), 0o644)):
            entry = zipfile.ZipInfo(name, FIXED_DATE)
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return buffer.getvalue()
