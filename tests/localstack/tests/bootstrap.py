#!/usr/bin/env python3
"""A Lambda runtime in few lines; tests put the body of `handle` in."""

import http.client
import json
import os
import sys
import time
import urllib.request


def call(operation: str, **request) -> tuple[int, object]:
    """One DynamoDB call without retries: status and content."""
    host = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
    connection = http.client.HTTPConnection(host)
    headers = {
        "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        "Content-Type": "application/x-amz-json-1.0",
        "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
    }
    connection.request("POST", "/", json.dumps(request), headers)
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def handle(event):
    raise NotImplementedError


def main():
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        api.request("GET", "/2018-06-01/runtime/invocation/next")
        response = api.getresponse()
        event = json.loads(response.read())
        invocation = f"/2018-06-01/runtime/invocation/{response.headers['Lambda-Runtime-Aws-Request-Id']}"
        try:
            path, body = "response", json.dumps(handle(event)).encode()
        except Exception as error:
            path, body = "error", json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}).encode()
        # Sent in chunks, as some runtimes do.
        chunks = [body[start : start + 7] for start in range(0, len(body), 7)]
        api.request("POST", f"{invocation}/{path}", iter(chunks), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
        api.getresponse().read()


main()
