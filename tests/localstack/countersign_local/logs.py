"""One log file per function, and what a process printed during one invocation."""

import threading
from pathlib import Path
from typing import BinaryIO

from countersign_local.settings import belongs, log_folder

MAX_KEPT_BYTES = 256 * 1024
_writing = threading.Lock()


def path_of(function: str) -> Path:
    """The log file of the deployed function named `function`."""
    return log_folder() / f"{function}.log"


def read(function: str) -> bytes | None:
    """All that is logged of the functions that `function` means; None when there are none."""
    found = sorted(path for path in log_folder().glob("*.log") if belongs(path.stem, function))
    return b"".join(path.read_bytes() for path in found) if found else None


class Capture:
    """Follows one process's output into its function's log file."""

    def __init__(self, function: str, output: BinaryIO) -> None:
        self._path = path_of(function)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._kept = bytearray()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._follow, args=(output,), daemon=True)
        self._thread.start()

    def note(self, line: str) -> None:
        """Adds a line of the platform's own."""
        self._add(f"{line}\n".encode())

    def take(self) -> str:
        """What was printed since the last time, at most its last 256 KiB."""
        with self._lock:
            text = self._kept.decode("utf-8", "replace")
            self._kept.clear()
        return text

    def finish(self, seconds: float) -> None:
        """Waits until all that a dead process printed is here."""
        self._thread.join(seconds)

    def _follow(self, output: BinaryIO) -> None:
        with output:
            for line in output:
                self._add(line)

    def _add(self, line: bytes) -> None:
        with self._lock:
            self._kept += line
            del self._kept[:-MAX_KEPT_BYTES]
        with _writing, self._path.open("ab") as file:
            file.write(line)
