"""Passes a function's AWS calls on to LocalStack unchanged, except where a fault is asked for."""

import http.client
import json
import time
from xml.sax.saxutils import escape

from countersign_local.accesses import ACCESSES
from countersign_local.faults import FAULTS, Call, Rule, operation_of

PER_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "expect"}


def pass_on(handler, body: bytes) -> None:
    """Forwards the request that `handler` read and relays the answer."""
    operation = operation_of(
        handler.path, handler.headers.get("X-Amz-Target"), handler.headers.get("Content-Type", ""), body
    )
    ACCESSES.record(handler.server.function, handler.headers.get("Authorization", ""), operation, body)
    rule = FAULTS.on(Call(handler.server.function, operation, body))
    if rule is None:
        relay(handler, forward(handler, body))
    else:
        inject(handler, body, rule)


def inject(handler, body: bytes, rule: Rule) -> None:
    """Does what `rule` says instead."""
    match rule.action:
        case "kill_before":
            handler.server.kill()
            handler.hang_up()
        case "kill_after":
            forward(handler, body)
            handler.server.kill()
            handler.hang_up()
        case "drop_after":
            forward(handler, body)
            handler.hang_up()
        case "reset_before":
            handler.hang_up(reset=True)
        case "delay":
            time.sleep(rule.ms / 1000)
            relay(handler, forward(handler, body))
        case "status":
            handler.answer(rule.status, *refusal(rule, json_protocol="X-Amz-Target" in handler.headers))


def forward(handler, body: bytes) -> http.client.HTTPResponse | None:
    """LocalStack's answer, read whole into `content`; None when it gave none."""
    upstream = http.client.HTTPConnection(*handler.server.upstream)
    try:
        upstream.putrequest(handler.command, handler.path, skip_host=True, skip_accept_encoding=True)
        for name, value in handler.headers.items():
            if name.lower() not in PER_HOP | {"content-length"}:
                upstream.putheader(name, value)
        if body or handler.command in ("POST", "PUT", "PATCH"):
            upstream.putheader("Content-Length", str(len(body)))
        upstream.putheader("Connection", "close")
        upstream.endheaders(body)
        response = upstream.getresponse()
        response.content = response.read()
        return response
    except (OSError, http.client.HTTPException):
        return None
    finally:
        upstream.close()


def relay(handler, response: http.client.HTTPResponse | None) -> None:
    """Answers the function as LocalStack answered; hangs up where it did not."""
    if response is None:
        handler.hang_up()
        return
    # An answer to HEAD tells the length of a body that it does not have.
    dropped = PER_HOP if handler.command == "HEAD" else PER_HOP | {"content-length"}
    headers = [(name, value) for name, value in response.getheaders() if name.lower() not in dropped]
    handler.answer(response.status, headers, response.content)


def refusal(rule: Rule, json_protocol: bool) -> tuple[dict[str, str], bytes]:
    """Headers and body of an error as AWS would send it in the caller's protocol."""
    message = "injected fault"
    if json_protocol:
        body = json.dumps({"__type": rule.code, "message": message}).encode()
        return {"Content-Type": "application/x-amz-json-1.0", "x-amzn-ErrorType": rule.code}, body
    error = f"<Code>{escape(rule.code)}</Code><Message>{message}</Message>"
    return {"Content-Type": "text/xml"}, f"<ErrorResponse><Error>{error}</Error></ErrorResponse>".encode()
