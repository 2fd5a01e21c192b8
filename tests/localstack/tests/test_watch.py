"""Invocations go to `cargo lambda watch` where one is named."""

import http.server
import json
import threading
from pathlib import Path

import pytest

from countersign_local import watch


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
