"""What `up` hands to the plugin inside LocalStack, by environment variable."""

import os
from pathlib import Path

LOG_FOLDER = "COUNTERSIGN_LOG_FOLDER"
WATCH_URL = "COUNTERSIGN_WATCH_URL"
# A zip made by `deploy` names its binary in this file.
BINARY_NAME_FILE = "binary-name"


def log_folder() -> Path:
    """Where one log file per function is kept."""
    return Path(os.environ.get(LOG_FOLDER) or ".local/logs")


def watch_url() -> str | None:
    """Address of a running `cargo lambda watch`, if invocations are to go there."""
    return os.environ.get(WATCH_URL) or None


def belongs(name: str, function: str) -> bool:
    """Whether the deployed function `name` is the one that people call `function`."""
    return name == function or name.endswith(f"-{function}")
