"""Invocations go to `cargo lambda watch` while one is named."""

import http.server
import json
import threading
from pathlib import Path

import pytest

from countersign_local import loop, watch


class Watch(http.server.BaseHTTPRequestHandler):
    """Answers as cargo-lambda does."""

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = json.dumps({"path": self.path, "event": event}).encode()
        self.send_response(500 if event == "fail" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments) -> None:
        """Nothing."""


@pytest.fixture
def url():
    """A stand-in for cargo-lambda."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Watch)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize(("marker", "binary"), [("record-decision", "record-decision"), (None, "stack-record")])
@pytest.mark.parametrize(("event", "failed"), [(1, False), ("fail", True)])
def test_an_invocation_is_forwarded(url, tmp_path: Path, marker, binary, event, failed):
    if marker:
        (tmp_path / "binary-name").write_text(marker)
    payload = {"invoke-id": "i", "payload": json.dumps(event), "trace-id": "t"}
    result = watch.invoke(url, "stack-record", tmp_path, payload, 5)
    assert result.is_error is failed
    assert json.loads(result.payload) == {"path": f"/2015-03-31/functions/{binary}/invocations", "event": event}


def test_invocations_go_there_for_as_long_as_it_is_watched(aws, url):
    name = aws.function("return 'deployed'", FIRST="1")
    port = int(url.rsplit(":", 1)[1])
    with loop.invocations_at(aws.engine, port):
        answer, error = aws.invoke(name, 7)
        assert (answer["event"], error) == (7, None)
    assert aws.invoke(name, 7) == ("deployed", None)


@pytest.mark.parametrize("address", ["", "http://127.0.0.1", "https://127.0.0.1:9", "http://192.0.2.1:9", "http://[", "9"])
def test_only_this_machine_is_watched(address):
    with pytest.raises((watch.BadAddress, ValueError)):
        watch.Watched().start(address)
    assert watch.WATCHED.address is None


def test_what_all_functions_are_given_is_one_environment():
    assert loop.merged([{"A": "a", "B": "b"}, {"B": "b", "C": "c"}]) == {"A": "a", "B": "b", "C": "c"}


@pytest.mark.parametrize(("given", "why"), [([{"A": "a"}, {"A": "b"}], "differ in A"), ([], "no function")])
def test_functions_that_differ_or_are_not_there_are_told_of(given, why):
    with pytest.raises(loop.LoopError, match=why):
        loop.merged(given)
