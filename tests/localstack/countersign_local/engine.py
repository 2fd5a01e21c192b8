"""Starts LocalStack in the background, tells how it is, and stops exactly what it started."""

import dataclasses
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil

from countersign_local.settings import LOG_FOLDER

DEFAULT_PORT = 4566
START_SECONDS = 90
# Nothing of its state outlives it, so there is nothing to wait for.
STOP_SECONDS = 3
REGION = "us-east-1"


class EngineError(Exception):
    """LocalStack cannot be started or is not there; the message says what to do."""


@dataclasses.dataclass(frozen=True)
class Engine:
    """LocalStack as recorded in `folder`."""

    folder: Path
    pid: int
    created: float
    port: int

    @property
    def url(self) -> str:
        """Address for all of AWS."""
        return f"http://127.0.0.1:{self.port}"

    def process(self) -> psutil.Process | None:
        """The process, if it is still the one that was started."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.created) < 1 and process.status() != psutil.STATUS_ZOMBIE
            return process if same else None
        except psutil.NoSuchProcess:
            return None


def record_of(folder: Path) -> Path:
    """Where the running LocalStack is noted."""
    return folder / "engine.json"


def running(folder: Path) -> Engine | None:
    """The LocalStack that was started from `folder`, if it runs."""
    try:
        engine = Engine(folder=folder, **json.loads(record_of(folder).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return engine if engine.process() else None


def need(folder: Path) -> Engine:
    """The running LocalStack. Raises EngineError when there is none."""
    engine = running(folder)
    if engine is None:
        raise EngineError("LocalStack is not running: start it with `up`")
    return engine


def up(folder: Path, port: int = DEFAULT_PORT) -> Engine:
    """A LocalStack that is ready, with an empty AWS unless it runs already. Raises EngineError."""
    if engine := running(folder):
        print(f"LocalStack runs already at {engine.url} (process {engine.pid})")
        return engine
    refuse_taken(port)
    for name in ("volume", "tmp", "logs"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    (folder / "home").mkdir(exist_ok=True)
    (folder / "stack.json").unlink(missing_ok=True)
    started = time.monotonic()
    with (folder / "engine.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "localstack.runtime.main"], cwd=folder,
            env=environment(folder, port), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    engine = Engine(folder, process.pid, psutil.Process(process.pid).create_time(), port)
    note = {"pid": engine.pid, "created": engine.created, "port": engine.port}
    record_of(folder).write_text(json.dumps(note))
    await_ready(engine, process)
    refuse_public(engine)
    print(f"LocalStack is ready at {engine.url} after {time.monotonic() - started:.1f} s")
    return engine


def refuse_taken(port: int) -> None:
    """Raises EngineError when something listens on `port` already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise EngineError(
                f"port {port} is taken ({error.strerror}): stop what listens there or choose another with --port"
            ) from error


def environment(folder: Path, port: int) -> dict[str, str]:
    """All that LocalStack gets; nothing of the developer's own but PATH."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONUNBUFFERED": "1",
        "FILESYSTEM_ROOT": str(folder / "volume"),
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "LOCALSTACK_HOST": f"127.0.0.1:{port}",
        "DNS_ADDRESS": "0",
        "DISABLE_EVENTS": "1",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "SQS_ENDPOINT_STRATEGY": "path",
        "SQS_DISABLE_CLOUDWATCH_METRICS": "1",
        "PROVIDER_OVERRIDE_DYNAMODB": "moto",
        "LAMBDA_RUNTIME_EXECUTOR": "process",
        "LAMBDA_SYNCHRONOUS_CREATE": "1",
        "LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC": "0.01",
        LOG_FOLDER: str(folder / "logs"),
    }


def await_ready(engine: Engine, process: subprocess.Popen) -> None:
    """Returns when LocalStack serves. Raises EngineError when it ends or takes too long."""
    started, shown = time.monotonic(), 0.0
    while not is_ready(engine):
        waited = time.monotonic() - started
        if process.poll() is not None:
            raise EngineError(f"LocalStack ended while starting:\n{tail(engine)}")
        if waited > START_SECONDS:
            down(engine.folder)
            raise EngineError(f"LocalStack was not ready after {START_SECONDS} s:\n{tail(engine)}")
        if waited - shown >= 2:
            shown = waited
            print(f"starting LocalStack … {waited:.0f} s", flush=True)
        time.sleep(0.1)


def is_ready(engine: Engine) -> bool:
    """Whether LocalStack has come all the way up."""
    try:
        with urllib.request.urlopen(f"{engine.url}/_localstack/init/ready", timeout=5) as response:
            return json.load(response).get("completed") is True
    except (OSError, ValueError):
        return False


def refuse_public(engine: Engine) -> None:
    """Stops LocalStack and raises EngineError when others on the network could reach it."""
    addresses = {socket.laddr.ip for socket in engine.process().net_connections() if socket.status == psutil.CONN_LISTEN}
    if public := addresses - {"127.0.0.1", "::1"}:
        down(engine.folder)
        raise EngineError(f"LocalStack listened on {', '.join(sorted(public))}, not on loopback only: it is stopped")


def tail(engine: Engine, lines: int = 20) -> str:
    """The end of LocalStack's own log."""
    return "\n".join((engine.folder / "engine.log").read_text(errors="replace").splitlines()[-lines:])


def down(folder: Path) -> bool:
    """Stops LocalStack and the functions that it runs. False when it did not run."""
    engine = running(folder)
    process = engine.process() if engine else None
    if process is None:
        record_of(folder).unlink(missing_ok=True)
        return False
    family = [process, *process.children(recursive=True)]
    process.terminate()
    psutil.wait_procs([process], timeout=STOP_SECONDS)
    for member in family:
        if member.is_running():
            member.kill()
    psutil.wait_procs(family, timeout=STOP_SECONDS)
    record_of(folder).unlink(missing_ok=True)
    return True
