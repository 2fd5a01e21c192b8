"""What each function did to AWS in the words of IAM: actions, resources and kinds of keys, but no values.

IAM is not enforced here, so this is what a test can hold against the roles.
"""

import dataclasses
import json
import re
import threading
from collections.abc import Iterator

# The credential scope of a signature names the service as IAM does.
SCOPE = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/aws4_request")
# The kind of a partition: capitals up to the first #, or nothing else. Anything longer could be a value.
KIND = re.compile(r"[A-Z]+(?:#|$)")
PARTITION = re.compile(r"\bPK\s*=\s*(:\w+)")
BATCHED = re.compile(r"(?<=Message)Batch$")
# Which field of a request names the resource; the name is what follows the last separator.
NAMED_BY = {
    "sqs": (("QueueUrl", "/"), ("QueueName", "/")),
    "states": (("stateMachineArn", ":"),),
    "kms": (("KeyId", "/"),),
    "secretsmanager": (("SecretId", ":"),),
}


@dataclasses.dataclass(frozen=True, order=True)
class Access:
    """One thing done: `service:Action`, the resource's own name, and the kind of partition (`REQUEST#`)."""

    action: str
    resource: str = ""
    leading_key: str = ""

    def shown(self) -> dict[str, str | None]:
        """As JSON; what is not known or not there is null."""
        return {name: value or None for name, value in dataclasses.asdict(self).items()}


class Accesses:
    """All that was done since LocalStack started, for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._done: dict[str, set[Access]] = {}

    def record(self, function: str, authorization: str, operation: str | None, body: bytes) -> None:
        """Remembers what a request asks for, whether AWS does it or not."""
        found = set(accesses(authorization, operation, body))
        with self._lock:
            self._done.setdefault(function, set()).update(found)

    def shown(self) -> dict[str, list[dict[str, str | None]]]:
        """By function, in order."""
        with self._lock:
            return {name: [access.shown() for access in sorted(done)] for name, done in sorted(self._done.items())}


ACCESSES = Accesses()


def accesses(authorization: str, operation: str | None, body: bytes) -> Iterator[Access]:
    """What one request needs to be allowed."""
    scope = SCOPE.search(authorization)
    service = scope[1] if scope else "unsigned"
    request = parsed(body)
    if service == "dynamodb":
        yield from of_table(operation or "", request)
        return
    if operation == "BatchGetSecretValue":
        yield from of_secrets(request)
        return
    action = BATCHED.sub("", operation or "unknown")
    fields = ((str(request.get(field) or ""), separator) for field, separator in NAMED_BY.get(service, ()))
    names = [value.rpartition(separator)[2] for value, separator in fields if value]
    yield Access(f"{service}:{action}", names[0] if names else "")


def parsed(body: bytes) -> dict:
    """The request's JSON object; an empty one where it has another form."""
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def of_secrets(request: dict) -> Iterator[Access]:
    """Several secrets at once are allowed one by one, and that they are read at once is a right of its own."""
    yield Access("secretsmanager:BatchGetSecretValue")
    for secret in request.get("SecretIdList") or []:
        yield Access("secretsmanager:GetSecretValue", str(secret).rpartition(":")[2])


def of_table(operation: str, request: dict) -> Iterator[Access]:
    """A transaction is allowed item by item, an index is a resource of its own."""
    if operation in ("TransactWriteItems", "TransactGetItems"):
        for item in request.get("TransactItems", []):
            for kind, part in item.items():
                yield Access(f"dynamodb:{kind}Item", str(part.get("TableName", "")), kind_of(key_of(part)))
        return
    resource = str(request.get("TableName", ""))
    if index := request.get("IndexName"):
        yield Access(f"dynamodb:{operation}", f"{resource}/index/{index}")
        return
    key = asked_for(request) if operation == "Query" else key_of(request)
    yield Access(f"dynamodb:{operation}", resource, kind_of(key))


def key_of(part: dict) -> object:
    """The partition key of what is read or written."""
    return (part.get("Key") or part.get("Item") or {}).get("PK")


def asked_for(query: dict) -> object:
    """The partition that a query reads."""
    found = PARTITION.search(str(query.get("KeyConditionExpression", "")))
    return query.get("ExpressionAttributeValues", {}).get(found[1]) if found else None


def kind_of(key: object) -> str:
    """`REQUEST#` of {"S": "REQUEST#…"}; nothing for what is no such key."""
    found = KIND.match(str(key.get("S", ""))) if isinstance(key, dict) else None
    return found[0] if found else ""
