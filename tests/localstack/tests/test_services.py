"""What the product leans on in the services that the plugin changes."""

import json
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from conftest import ROLE, eventually

GATES = WRITERS = 20


def test_of_many_transactions_on_a_gate_one_wins(aws):
    table = f"gates-{uuid.uuid4().hex[:8]}"
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip

    def decide(gate: int, writer: int) -> str:
        decision = {"id": {"S": f"gate-{gate}"}, "by": {"N": str(writer)}}
        event = {"id": {"S": f"audit-{gate}-{writer}"}}
        try:
            dynamodb.transact_write_items(
                TransactItems=[
                    {"Put": {"TableName": table, "Item": decision, "ConditionExpression": "attribute_not_exists(id)"}},
                    {"Put": {"TableName": table, "Item": event}},
                ]
            )
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "won"

    with ThreadPoolExecutor(WRITERS) as pool:
        for gate in range(GATES):
            answers = list(pool.map(lambda writer: decide(gate, writer), range(WRITERS)))
            assert sorted(answers) == ["TransactionCanceledException"] * (WRITERS - 1) + ["won"]
    assert dynamodb.scan(TableName=table, Select="COUNT")["Count"] == 2 * GATES


@pytest.mark.parametrize("sort_key", [False, True], ids=["partition key only", "with sort key"])
def test_a_cancelled_transaction_leaves_everything_as_it_was(aws, sort_key):
    dynamodb, table = aws.client("dynamodb"), f"undo-{uuid.uuid4().hex[:8]}"
    names = ["id", "part"] if sort_key else ["id"]
    dynamodb.create_table(
        TableName=table, BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
    )  # fmt: skip

    def key(name: str) -> dict:
        return {"id": {"S": name}} | ({"part": {"S": "p"}} if sort_key else {})

    def item(name: str, count: int) -> dict:
        return {**key(name), "n": {"N": str(count)}}

    for name in ("updated", "replaced", "deleted", "other"):
        dynamodb.put_item(TableName=table, Item=item(name, 1))
    before = dynamodb.scan(TableName=table, ConsistentRead=True)["Items"]

    def write(condition: str) -> None:
        add = {"UpdateExpression": "SET n = n + :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
        dynamodb.transact_write_items(
            TransactItems=[
                {"Update": {"TableName": table, "Key": key("updated"), **add}},
                {"Put": {"TableName": table, "Item": item("replaced", 2)}},
                {"Put": {"TableName": table, "Item": item("new", 2)}},
                {"Delete": {"TableName": table, "Key": key("deleted")}},
                {"ConditionCheck": {"TableName": table, "Key": key("other"), "ConditionExpression": condition}},
            ]
        )

    with pytest.raises(ClientError, match="ConditionalCheckFailed"):
        write("attribute_not_exists(id)")
    assert sorted(map(str, dynamodb.scan(TableName=table)["Items"])) == sorted(map(str, before))
    write("attribute_exists(id)")
    found = {name: dynamodb.get_item(TableName=table, Key=key(name)).get("Item") for name in ("updated", "replaced", "new", "deleted")}
    assert found == {name: item(name, 2) for name in ("updated", "replaced", "new")} | {"deleted": None}


def machine(aws, definition: dict) -> str:
    """A state machine in JSONata; answers its ARN."""
    name = f"machine-{uuid.uuid4().hex[:8]}"
    definition = {"QueryLanguage": "JSONata", **definition}
    return aws.client("stepfunctions").create_state_machine(
        name=name, roleArn=ROLE, definition=json.dumps(definition)
    )["stateMachineArn"]  # fmt: skip


def run(aws, arn: str, data: dict) -> dict:
    """Runs an execution to its end."""
    steps = aws.client("stepfunctions")
    execution = steps.start_execution(stateMachineArn=arn, input=json.dumps(data))["executionArn"]
    return eventually(lambda: ended(steps.describe_execution(executionArn=execution)))


def ended(execution: dict) -> dict | None:
    """The execution, once it has ended."""
    return execution if execution["status"] != "RUNNING" else None


def test_expressions_keep_values_as_they_are(aws):
    said = 'a "quoted" \\ word\n</b> ü 🙂 {% $x %}'
    arn = machine(aws, {
        "StartAt": "Keep",
        "States": {
            "Keep": {"Type": "Pass", "Assign": {"said": "{% $states.input.said %}"}, "Next": "Tell"},
            "Tell": {
                "Type": "Pass", "End": True,
                "Output": {
                    "said": "{% $said %}",
                    "half": "{% 10 / 4 %}",
                    "whole": "{% 10 / 5 %}",
                    "none": "{% null %}",
                    "list": "{% [$states.input.list[$ > 1]] %}",
                    "absent": "{% $exists($states.input.absent) %}",
                },
            },
        },
    })  # fmt: skip
    execution = run(aws, arn, {"said": said, "list": [1, 2, 3]})
    wanted = {"said": said, "half": 2.5, "whole": 2, "none": None, "list": [2, 3], "absent": False}
    assert json.loads(execution["output"]) == wanted


@pytest.mark.parametrize("expression", ["$number('x')", "$states.input.absent", "$", "(", "function($x) {$x}"])
def test_a_bad_expression_fails_by_a_name_that_can_be_caught(aws, expression):
    bad = {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "End": True,
        "Arguments": {"QueueUrl": "unused", "MessageBody": f"{{% {expression} %}}"},
        "Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "Caught"}],
    }  # fmt: skip
    states = {"Bad": bad, "Caught": {"Type": "Pass", "Output": "caught", "End": True}}
    assert run(aws, machine(aws, {"StartAt": "Bad", "States": states}), {}).get("output") == '"caught"'


def gate(queue_url: str) -> dict:
    """A state that waits for an answer as long as the input says."""
    return {
        "StartAt": "Await",
        "States": {
            "Await": {
                "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                "TimeoutSeconds": "{% $states.input.seconds * 1 %}",
                "Arguments": {"QueueUrl": queue_url, "MessageBody": "{% $states.context.Task.Token %}"},
                "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Expired"}],
                "Output": "{% $states.result.answer %}", "End": True,
            },
            "Expired": {"Type": "Pass", "Output": "expired", "End": True},
        },
    }  # fmt: skip


def test_a_gate_is_answered_by_token_or_expires_at_its_own_time(aws):
    sqs, steps = aws.client("sqs"), aws.client("stepfunctions")
    queue = sqs.create_queue(QueueName=f"tokens-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    arn = machine(aws, gate(queue))
    execution = steps.start_execution(stateMachineArn=arn, input=json.dumps({"seconds": 60}))["executionArn"]
    token = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)["Messages"][0]["Body"]
    steps.send_task_success(taskToken=token, output=json.dumps({"answer": "approved"}))
    assert eventually(lambda: ended(steps.describe_execution(executionArn=execution)))["output"] == '"approved"'
    started = time.monotonic()
    assert run(aws, arn, {"seconds": 1})["output"] == '"expired"'
    assert time.monotonic() - started < 5


BATCH = """
numbers = [json.loads(record["body"]) for record in event["Records"]]
print("batch", sorted(numbers), flush=True)
time.sleep(0.3 if "slow" in os.environ else 0)
failed = [record["messageId"] for record in event["Records"] if json.loads(record["body"]) % 10 == 7]
return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
"""


def source_of(aws, function: str, batch_size: int) -> tuple[str, str]:
    """A queue with a dead-letter queue that wakes `function`; answers their URLs."""
    sqs, unique = aws.client("sqs"), uuid.uuid4().hex[:8]
    dead = sqs.create_queue(QueueName=f"dead-{unique}")["QueueUrl"]
    redrive = {"deadLetterTargetArn": f"arn:aws:sqs:us-east-1:000000000000:dead-{unique}", "maxReceiveCount": 2}
    attributes = {"VisibilityTimeout": "1", "RedrivePolicy": json.dumps(redrive)}
    queue = sqs.create_queue(QueueName=f"jobs-{unique}", Attributes=attributes)["QueueUrl"]
    aws.client("lambda").create_event_source_mapping(
        EventSourceArn=f"arn:aws:sqs:us-east-1:000000000000:jobs-{unique}", FunctionName=function,
        BatchSize=batch_size, FunctionResponseTypes=["ReportBatchItemFailures"],
    )  # fmt: skip
    return queue, dead


def test_of_a_batch_only_what_failed_comes_again_and_then_dies(aws):
    sqs = aws.client("sqs")
    function = aws.function(BATCH)
    queue, dead = source_of(aws, function, batch_size=5)
    entries = [{"Id": str(number), "MessageBody": str(number)} for number in (1, 2, 7)]
    sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    message = sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=20)["Messages"][0]
    assert message["Body"] == "7"
    seen = [json.loads(line.removeprefix("batch ")) for line in batches(aws, function)]
    assert sorted(number for batch in seen for number in batch) == [1, 2, 7, 7]


def batches(aws, function: str) -> list[str]:
    """The batches that the function has logged."""
    text = aws.control("GET", f"logs/{function}")[1]
    return [line for line in text.splitlines() if line.startswith("batch ")] if isinstance(text, str) else []


def test_messages_arrive_soon_and_side_by_side(aws):
    sqs = aws.client("sqs")
    function = aws.function(BATCH, slow="yes")
    queue, _ = source_of(aws, function, batch_size=1)
    sqs.send_message(QueueUrl=queue, MessageBody="1")
    eventually(lambda: len(batches(aws, function)) == 1)
    delays = []
    for count in range(2, 6):
        threading.Event().wait(0.5)
        sent = time.monotonic()
        sqs.send_message(QueueUrl=queue, MessageBody="1")
        eventually(lambda: len(batches(aws, function)) == count)
        delays.append(time.monotonic() - sent)
    print(f"SQS to Lambda: {min(delays):.2f} to {max(delays):.2f} s")
    assert max(delays) < 2
    before = len(batches(aws, function))
    started = time.monotonic()
    for number in range(1, 6):
        sqs.send_message(QueueUrl=queue, MessageBody=str(number))
    eventually(lambda: len(batches(aws, function)) == before + 5)
    assert time.monotonic() - started < 5 * 0.3 + 1


def test_a_stopped_execution_ends_while_it_waits_and_tells_of_it(aws):
    """StopExecution on a wait for a task token: ABORTED soon, and an event says so."""
    queues, events, states = aws.client("sqs"), aws.client("events"), aws.client("stepfunctions")
    tokens = queues.create_queue(QueueName="stop-tokens")["QueueUrl"]
    told = queues.create_queue(QueueName="stop-told")["QueueUrl"]
    pattern = {"source": ["aws.states"], "detail": {"status": ["ABORTED"]}}
    events.put_rule(Name="stopped", EventPattern=json.dumps(pattern))
    address = queues.get_queue_attributes(QueueUrl=told, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_targets(Rule="stopped", Targets=[{"Id": "told", "Arn": address}])
    arn = machine(aws, gate(tokens))
    execution = states.start_execution(stateMachineArn=arn, input=json.dumps({"seconds": 600}))["executionArn"]
    assert eventually(lambda: queues.receive_message(QueueUrl=tokens).get("Messages"))
    states.stop_execution(executionArn=execution)
    assert eventually(lambda: states.describe_execution(executionArn=execution)["status"] == "ABORTED")
    bodies = eventually(lambda: queues.receive_message(QueueUrl=told).get("Messages"))
    assert json.loads(bodies[0]["Body"])["detail"]["executionArn"] == execution
