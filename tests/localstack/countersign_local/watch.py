"""Sends invocations to a running `cargo lambda watch`, which builds and runs the code as edited."""

import http.client
from pathlib import Path
from urllib.parse import urlsplit

from localstack.services.lambda_.invocation.lambda_models import InvocationResult

from countersign_local.settings import BINARY_NAME_FILE

BUILD_SECONDS = 600


class BadAddress(Exception):
    """Invocations cannot be sent there; the message says why."""


class Watched:
    """Where invocations go instead of to the deployed code; None: nowhere."""

    def __init__(self) -> None:
        self.address: str | None = None

    def start(self, address: str) -> None:
        """Sends all invocations to `address` from now on. Raises BadAddress: it must be on this machine."""
        found = urlsplit(address)
        if found.scheme != "http" or found.hostname != "127.0.0.1" or found.port is None:
            raise BadAddress(f"{address!r} is not http://127.0.0.1:<port>")
        self.address = address

    def stop(self) -> None:
        """The deployed code is invoked again."""
        self.address = None


WATCHED = Watched()


def invoke(url: str, function: str, root: Path, payload: dict[str, str], seconds: float) -> InvocationResult:
    """The answer of the binary that was deployed as `function`.

    Waits for a build, which may come first, beside the function's own timeout.
    """
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=BUILD_SECONDS + seconds)
    path = f"{address.path.rstrip('/')}/2015-03-31/functions/{binary_name(root, function)}/invocations"
    headers = {"Content-Type": "application/json", "X-Amzn-Trace-Id": payload["trace-id"]}
    try:
        connection.request("POST", path, payload["payload"].encode(), headers)
        response = connection.getresponse()
        failed = response.status >= 300 or "X-Amz-Function-Error" in response.headers
        note = f"forwarded to {url}: {response.status}\n"
        return InvocationResult(payload["invoke-id"], response.read(), failed, note)
    finally:
        connection.close()


def binary_name(root: Path, function: str) -> str:
    """The binary's name, left in the zip by `deploy`; the function's own name in zips of other tools."""
    marker = root / BINARY_NAME_FILE
    return marker.read_text().strip() if marker.is_file() else function
