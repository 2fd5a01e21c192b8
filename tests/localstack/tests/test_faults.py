"""Faults happen between a function and AWS, on the call that was meant and on no other."""

import time
import uuid

import pytest
from conftest import eventually

PUT = """
try:
    status, answer = call("PutItem", TableName="faults", Item={"id": {"S": event}})
    return [status, answer.get("__type")]
except OSError as error:
    return type(error).__name__
"""
# Action, what the function sees, whether AWS got the call.
SEEN = [
    ({"action": "kill_before"}, "Runtime.ExitError", False),
    ({"action": "kill_after"}, "Runtime.ExitError", True),
    ({"action": "drop_after"}, "RemoteDisconnected", True),
    ({"action": "reset_before"}, "ConnectionResetError", False),
    ({"action": "status", "status": 503}, [503, "ServiceUnavailable"], False),
    ({"action": "status", "status": 400, "code": "ThrottlingException"}, [400, "ThrottlingException"], False),
    ({"action": "delay", "ms": 300}, [200, None], True),
]


@pytest.fixture(scope="module")
def writer(aws):
    """A function that puts the item named by its event, and the table for it."""
    aws.client("dynamodb").create_table(
        TableName="faults", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    name = aws.function(PUT)
    assert aws.invoke(name, "warm-up")[0] == [200, None]
    return name


def stored(aws, key: str) -> bool:
    """Whether the item is in the table."""
    return "Item" in aws.client("dynamodb").get_item(TableName="faults", Key={"id": {"S": key}})


@pytest.mark.parametrize(("rule", "seen", "effect"), SEEN, ids=[f"{rule['action']} {i}" for i, (rule, _, _) in enumerate(SEEN)])
def test_each_action(aws, faults, writer, rule, seen, effect):
    key = uuid.uuid4().hex
    rule_id = faults(function=writer.partition("-")[2], operation="PutItem", body=key, **rule)
    started = time.monotonic()
    answer, error = aws.invoke(writer, key)
    assert time.monotonic() - started >= rule.get("ms", 0) / 1000
    assert (answer["errorType"] if error else answer) == seen
    assert stored(aws, key) is effect
    assert aws.invoke(writer, key)[0] == [200, None], "the rule is spent and the process replaced"
    [listed] = [listed for listed in aws.control("GET", "faults")[1] if listed["id"] == rule_id]
    assert (listed["matched"], listed["hits"]) == (2, 1)


def test_nth_and_times_pick_the_calls(aws, faults, writer):
    faults(function=writer, operation="PutItem", nth=2, times=2, action="status", status=500)
    statuses = [aws.invoke(writer, "picked")[0][0] for _ in range(5)]
    assert statuses == [200, 500, 500, 200, 200]


def test_of_two_that_would_fire_the_second_waits_for_the_next_call(aws, faults, writer):
    rules = [faults(function=writer, operation="PutItem", action="status", status=status) for status in (500, 503)]
    assert [aws.invoke(writer, "both")[0][0] for _ in range(3)] == [500, 503, 200]
    listed = {rule["id"]: rule["hits"] for rule in aws.control("GET", "faults")[1]}
    assert [listed[rule] for rule in rules] == [1, 1]


def test_what_only_counts_keeps_nothing_from_being_done(aws, faults, writer):
    counts = faults(function=writer, operation="PutItem", action="count")
    faults(function=writer, operation="PutItem", nth=2, action="status", status=500)
    assert [aws.invoke(writer, "counted")[0][0] for _ in range(3)] == [200, 500, 200]
    [listed] = [rule for rule in aws.control("GET", "faults")[1] if rule["id"] == counts]
    assert (listed["matched"], listed["hits"]) == (3, 0)


@pytest.mark.parametrize("other", [{"function": "other"}, {"operation": "GetItem"}, {"body": "another key"}])
def test_other_calls_are_left_alone(aws, faults, writer, other):
    faults(**({"function": writer, "action": "kill_before"} | other))
    assert aws.invoke(writer, "mine")[0] == [200, None]


def test_rules_end_when_deleted(aws, faults, writer):
    rule_id = faults(function=writer, times=99, action="status", status=500)
    assert aws.invoke(writer, "x")[0][0] == 500
    assert aws.control("DELETE", f"faults/{rule_id}") == (200, {"removed": 1})
    assert aws.control("DELETE", f"faults/{rule_id}")[0] == 404
    assert aws.invoke(writer, "x")[0][0] == 200


@pytest.mark.parametrize(
    ("rule", "remedy"),
    [
        ({}, "action is missing"),
        ({"action": "explode"}, "action must be one of kill_before"),
        ({"action": "delay", "ms": -1}, "ms must be a whole number from 0"),
        ({"action": "delay", "ms": True}, "ms must be a whole number"),
        ({"action": "status", "status": 200}, "status must be a whole number from 400"),
        ({"action": "delay", "functoin": "x"}, "unknown: functoin"),
        ({"action": "delay", "body": 7}, "body must be a string"),
    ],
    ids=str,
)
def test_a_bad_rule_is_refused_with_its_remedy(aws, rule, remedy):
    status, answer = aws.control("POST", "faults", rule)
    assert status == 400 and remedy in answer["error"]


def test_calls_are_counted(aws, writer):
    def count() -> int:
        found = [c["calls"] for c in aws.control("GET", "calls")[1] if (c["function"], c["operation"]) == (writer, "PutItem")]
        return found[0] if found else 0

    before = count()
    aws.invoke(writer, "counted")
    assert eventually(lambda: count() == before + 1)
