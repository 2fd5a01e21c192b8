"""Installs LocalStack (`engine`) and the SAM tools (`sam`) under .local/, from locks with hashes.

Needs nothing but Python 3.11 to 3.13 with venv. What is installed already is left alone.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
LOCAL = HERE.parents[1] / ".local"
LOCKS = {"engine": HERE / "requirements.txt", "sam": HERE / "sam-requirements.txt"}
TICK_SECONDS = 5
# A download that breaks off is begun anew; what arrived whole is in pip's cache.
TRIES = 3
WAIT_SECONDS = 10


def main() -> int:
    """Installs what the command line names, both by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=list(LOCKS), help="which one; both by default")
    what = parser.parse_args().what
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        print(f"Python 3.11 to 3.13 is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    return 0 if all([install(name) for name in ([what] if what else LOCKS)]) else 1


def install(what: str) -> bool:
    """Makes `.local/venv-<what>` match its lock. False when it could not; the reason is printed."""
    venv, stamp = LOCAL / f"venv-{what}", LOCAL / f"venv-{what}" / "lock.sha256"
    wanted = fingerprint(what)
    if stamp.is_file() and stamp.read_text() == wanted:
        print(f"{what}: installed already")
        return True
    started = time.monotonic()
    shutil.rmtree(venv, ignore_errors=True)
    for name, command in steps(what, venv):
        if not run_until_done(f"{what}: {name}", command):
            return False
    stamp.write_text(wanted)
    print(f"{what}: installed in {time.monotonic() - started:.0f} s, {size_mb(venv)} MB")
    return True


def fingerprint(what: str) -> str:
    """Changes when the lock, the Python version, the checkout's place or the package's entry points do."""
    parts = [LOCKS[what].read_bytes(), sys.version.encode(), str(LOCAL).encode()]
    if what == "engine":
        parts.append((HERE / "pyproject.toml").read_bytes())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def steps(what: str, venv: Path) -> list[tuple[str, list[str]]]:
    """The commands that install `what`, each with a name to show."""
    pip = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    commands = [
        ("making the environment", [sys.executable, "-m", "venv", str(venv)]),
        # The lock is complete, so nothing is resolved: pip releases disagree on extras in hash mode.
        ("installing packages", [*pip, "--require-hashes", "--requirement", str(LOCKS[what])]),
    ]
    if what == "engine":
        commands.append(("adding the plugin", [*pip, "--no-build-isolation", "--no-index", "--editable", str(HERE)]))
    return commands


def run_until_done(label: str, command: list[str]) -> bool:
    """Runs `command` up to `TRIES` times: a registry is not always there. False when none succeeded."""
    for rest in reversed(range(TRIES)):
        if run(label, command):
            return True
        if rest:
            print(f"{label}: again in {WAIT_SECONDS} s, {rest} more times", flush=True)
            time.sleep(WAIT_SECONDS)
    return False


def run(label: str, command: list[str]) -> bool:
    """Runs `command`, printing that it is still at work every few seconds, and its output if it fails."""
    started, log = time.monotonic(), LOCAL / "install.log"
    LOCAL.mkdir(exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        while True:
            print(f"{label} … {time.monotonic() - started:.0f} s", flush=True)
            try:
                code = process.wait(TICK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
    if code:
        print(log.read_text(errors="replace"), file=sys.stderr)
        print(f"{label}: failed with exit code {code}", file=sys.stderr)
    return code == 0


def size_mb(folder: Path) -> int:
    """Disk use of `folder` in MB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 1_000_000


if __name__ == "__main__":
    sys.exit(main())
