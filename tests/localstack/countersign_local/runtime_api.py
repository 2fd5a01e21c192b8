"""What one function process talks to: its own Lambda Runtime API and its own way to AWS."""

import dataclasses
import http.server
import json
import queue
import re
import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from http import HTTPStatus

from countersign_local import proxy

NEXT = "/2018-06-01/runtime/invocation/next"
INIT_ERROR = "/2018-06-01/runtime/init/error"
OUTCOME = re.compile(r"/2018-06-01/runtime/invocation/([^/]+)/(response|error)")
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclasses.dataclass
class Job:
    """One invocation; `taken` turns true when the process has fetched it."""

    request_id: str
    payload: bytes
    function_arn: str
    trace_id: str
    deadline_ms: int
    taken: bool = False


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What the process answered to the invocation `request_id`."""

    request_id: str
    body: bytes
    is_error: bool


class Mailbox:
    """Jobs to one process and outcomes from it. It ends with the process."""

    def __init__(self) -> None:
        self.jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self.outcomes: queue.SimpleQueue[Outcome | None] = queue.SimpleQueue()
        self.initialised = threading.Event()
        self.init_error: bytes | None = None

    def close(self) -> None:
        """Releases everyone who waits: the process is gone."""
        self.jobs.put(None)
        self.outcomes.put(None)
        self.initialised.set()


class Endpoint(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """The server of one process, on a loopback port of its own.

    A process that replaces another one gets a new endpoint. So a request that a dead process left
    behind can never take the job of its successor.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, function: str, mailbox: Mailbox, upstream: tuple[str, int], kill: Callable[[], None]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.function, self.mailbox, self.upstream, self.kill = function, mailbox, upstream, kill
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self.server_port}"

    def close(self) -> None:
        """Takes no more connections; those that are open end with their client."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def server_bind(self) -> None:
        """Binds without the name look-up that the base class makes."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def shutdown_request(self, request) -> None:
        """Closes at once: a polite shutdown first would turn an asked-for reset into an end."""
        self.close_request(request)

    def handle_error(self, request, client_address) -> None:
        """A process that dies in the middle of a request is an ordinary event here."""

    def _accept(self) -> None:
        while True:
            try:
                request, address = self.get_request()
            except OSError:
                return
            self.process_request(request, address)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers the Runtime API and passes everything else on to AWS."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Endpoint

    def handle_any(self) -> None:
        """One request."""
        body = self.read_body()
        if (self.command, self.path) == ("GET", NEXT):
            self.give_job()
        elif (self.command, self.path) == ("POST", INIT_ERROR):
            self.server.mailbox.init_error = body
            self.server.mailbox.initialised.set()
            self.accept()
        elif self.command == "POST" and (match := OUTCOME.fullmatch(self.path)):
            self.server.mailbox.outcomes.put(Outcome(match[1], body, match[2] == "error"))
            self.accept()
        else:
            proxy.pass_on(self, body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = handle_any

    def give_job(self) -> None:
        """Waits for the next job and answers with it."""
        mailbox = self.server.mailbox
        mailbox.initialised.set()
        job = mailbox.jobs.get()
        if job is None:
            self.close_connection = True
            return
        job.taken = True
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": job.request_id,
            "Lambda-Runtime-Deadline-Ms": str(job.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": job.function_arn,
            "Lambda-Runtime-Trace-Id": job.trace_id,
        }
        self.answer(HTTPStatus.OK, headers, job.payload)

    def accept(self) -> None:
        """The Runtime API's answer to a result."""
        self.answer(HTTPStatus.ACCEPTED, {"Content-Type": "application/json"}, json.dumps({"status": "OK"}).encode())

    def read_body(self) -> bytes:
        """The request's body, sent whole or in chunks."""
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = bytearray()
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return bytes(body)

    def answer(self, status: int, headers, body: bytes) -> None:
        """Sends one whole response, in one packet where it fits."""
        self.send_response_only(status)
        for name, value in headers.items() if hasattr(headers, "items") else headers:
            self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(body)))
        self._headers_buffer.append(b"\r\n" + body)
        self.flush_headers()

    def hang_up(self, reset: bool = False) -> None:
        """Ends the connection without an answer, with a TCP reset if asked to."""
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.close_connection = True

    def log_message(self, format: str, *arguments) -> None:
        """Nothing: LocalStack logs the calls."""
