"""One LocalStack for all tests, on a free port and in a folder of its own, and functions made of text."""

import dataclasses
import io
import json
import socket
import textwrap
import time
import urllib.error
import urllib.request
import uuid
import zipfile
from pathlib import Path

import pytest

from countersign_local import engine as localstack
from countersign_local.deploy import client

ROLE = "arn:aws:iam::000000000000:role/any"
RUNTIME = (Path(__file__).parent / "bootstrap.py").read_text()


@dataclasses.dataclass
class Aws:
    """The running LocalStack, as tests use it."""

    engine: localstack.Engine

    def client(self, service: str):
        """A client of `service`."""
        return client(self.engine, service)

    def function(self, body: str, timeout: int = 5, **variables: str) -> str:
        """Creates a function whose `handle(event)` is `body`; answers its name."""
        return self.function_of(source(body), timeout, **variables)

    def function_of(self, bootstrap: str, timeout: int = 5, **variables: str) -> str:
        """Creates a function of a whole bootstrap; answers its name."""
        name = f"test-{uuid.uuid4().hex[:8]}"
        self.client("lambda").create_function(
            FunctionName=name, Runtime="provided.al2023", Handler="bootstrap", Role=ROLE, Timeout=timeout,
            Code={"ZipFile": zipped(bootstrap)}, Environment={"Variables": variables},
        )  # fmt: skip
        return name

    def invoke(self, name: str, event: object = None) -> tuple[object, str | None]:
        """The function's answer and its FunctionError."""
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read() or "null"), answer.get("FunctionError")

    def control(self, method: str, path: str, rule: dict | None = None) -> tuple[int, object]:
        """Status and content of a control route."""
        body = None if rule is None else json.dumps(rule).encode()
        request = urllib.request.Request(f"{self.engine.url}/_countersign/{path}", body, method=method)
        try:
            with urllib.request.urlopen(request) as response:
                return response.status, decode(response.read())
        except urllib.error.HTTPError as error:
            return error.code, decode(error.read())


def decode(content: bytes) -> object:
    """JSON where it is JSON, text otherwise."""
    try:
        return json.loads(content)
    except ValueError:
        return content.decode()


def source(body: str) -> str:
    """A bootstrap whose `handle(event)` is `body`."""
    return RUNTIME.replace("    raise NotImplementedError\n", textwrap.indent(textwrap.dedent(body).strip(), "    ") + "\n")


def zipped(bootstrap: str) -> bytes:
    """A Lambda zip of a bootstrap."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("bootstrap", bootstrap)
    return buffer.getvalue()


def eventually(look, seconds: float = 10.0):
    """The first true answer of `look`, asked often; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def aws(tmp_path_factory):
    """A LocalStack that ends with the tests."""
    folder = tmp_path_factory.mktemp("local")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DEVELOPERS_OWN_SECRET", "must-not-be-inherited")
        engine = localstack.up(folder, free_port())
    try:
        yield Aws(engine)
    finally:
        localstack.down(folder)


@pytest.fixture
def faults(aws):
    """Adds rules and ends them with the test."""
    yield lambda **rule: aws.control("POST", "faults", rule)[1]["id"]
    aws.control("DELETE", "faults")
