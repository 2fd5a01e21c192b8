"""The development loop: `cargo lambda watch` with what the deployed functions are given, and their invocations."""

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from countersign_local.deploy import CREDENTIALS, client
from countersign_local.engine import REGION, Engine

DEFAULT_PORT = 9000
START_SECONDS = 60


class LoopError(Exception):
    """The loop cannot begin; the message says what to do."""


def watch(engine: Engine, checkout: Path, port: int) -> int:
    """Runs `cargo lambda watch` until it ends, and answers how it did. Raises LoopError."""
    program = cargo_lambda(checkout)
    environment = os.environ | variables(engine)
    command = [program, "lambda", "watch", "--invoke-address", "127.0.0.1", "--invoke-port", str(port)]
    with subprocess.Popen(command, cwd=checkout, env=environment) as process:
        try:
            await_listener(process, port)
            with invocations_at(engine, port):
                print(f"invocations go to the code of {checkout}, built when it is needed; Ctrl-C ends it", flush=True)
                return process.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            process.terminate()


def cargo_lambda(checkout: Path) -> str:
    """The tool: of the SAM environment, else of the path. Raises LoopError."""
    own = checkout / ".local" / "venv-sam" / "bin" / "cargo-lambda"
    found = str(own) if own.is_file() else shutil.which("cargo-lambda")
    if not found:
        raise LoopError("cargo-lambda is missing: `python3 tests/localstack/install.py sam` installs it")
    return found


def variables(engine: Engine) -> dict[str, str]:
    """All variables of all deployed functions, and where AWS is. Raises LoopError."""
    pages = client(engine, "lambda").get_paginator("list_functions").paginate()
    given = [found.get("Environment", {}).get("Variables", {}) for page in pages for found in page["Functions"]]
    keys = {"AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"], "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"]}
    return merged(given) | keys | {"AWS_ENDPOINT_URL": engine.url, "AWS_REGION": REGION}


def merged(given: list[dict[str, str]]) -> dict[str, str]:
    """The variables of several functions as one environment. Raises LoopError where they differ."""
    if not given:
        raise LoopError("no function is deployed: `make up` deploys them")
    all_of_them: dict[str, str] = {}
    for name, value in (pair for one in given for pair in one.items()):
        if all_of_them.setdefault(name, value) != value:
            raise LoopError(f"functions differ in {name}; one process environment cannot serve them all")
    return all_of_them


def await_listener(process: subprocess.Popen, port: int) -> None:
    """Returns when something listens. Raises LoopError when the process ends first."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise LoopError(f"cargo-lambda does not listen on port {port}; what it printed says why")


@contextmanager
def invocations_at(engine: Engine, port: int) -> Iterator[None]:
    """LocalStack sends invocations there, for as long as this lasts."""
    tell(engine, "PUT", f"http://127.0.0.1:{port}".encode())
    try:
        yield
    finally:
        tell(engine, "DELETE")


def tell(engine: Engine, method: str, body: bytes | None = None) -> None:
    """Calls the route of watched code."""
    request = urllib.request.Request(f"{engine.url}/_countersign/watch", body, method=method)
    urllib.request.urlopen(request).close()
