"""What `up` hands to the plugin inside LocalStack, by environment variable."""

import os
from pathlib import Path

LOG_FOLDER = "COUNTERSIGN_LOG_FOLDER"
# A zip made by `deploy` names its binary in this file.
BINARY_NAME_FILE = "binary-name"


def log_folder() -> Path:
    """Where one log file per function is kept."""
    return Path(os.environ.get(LOG_FOLDER) or ".local/logs")


def belongs(name: str, function: str) -> bool:
    """Whether the deployed function `name` is the one that people call `function`."""
    return name == function or name.endswith(f"-{function}")
