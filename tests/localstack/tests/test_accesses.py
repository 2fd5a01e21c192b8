"""What a function did is told as IAM sees it, and without anybody's data."""

import json

import pytest

from countersign_local.accesses import Access, Accesses, accesses

TABLE = {"TableName": "t"}
PERSON = {"PK": {"S": "PERSON#ada@harbour.example"}, "SK": {"S": "PERSON"}}


def signed(service: str) -> str:
    """An Authorization header as the SDKs send it."""
    return f"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"


def asking(pk: str, **more: object) -> dict:
    """A query of one partition."""
    return TABLE | {"KeyConditionExpression": "PK = :pk", "ExpressionAttributeValues": {":pk": {"S": pk}}} | more


@pytest.mark.parametrize(
    ("service", "operation", "request_", "done"),
    [
        ("dynamodb", "GetItem", TABLE | {"Key": PERSON}, [("dynamodb:GetItem", "t", "PERSON#")]),
        ("dynamodb", "PutItem", TABLE | {"Item": PERSON}, [("dynamodb:PutItem", "t", "PERSON#")]),
        ("dynamodb", "DeleteItem", TABLE | {"Key": {"PK": {"S": "QUARANTINE"}}}, [("dynamodb:DeleteItem", "t", "QUARANTINE")]),
        ("dynamodb", "Query", asking("GROUP#a#b c"), [("dynamodb:Query", "t", "GROUP#")]),
        ("dynamodb", "Query", asking("3", IndexName="due"), [("dynamodb:Query", "t/index/due", "")]),
        ("dynamodb", "Scan", TABLE, [("dynamodb:Scan", "t", "")]),
        (
            "dynamodb",
            "TransactWriteItems",
            {
                "TransactItems": [
                    {"Update": TABLE | {"Key": PERSON}},
                    {"Delete": TABLE | {"Key": {"PK": {"S": "OUTBOX#R-1"}}}},
                    {"ConditionCheck": TABLE | {"Key": {"PK": {"S": "CONFIG#ACTIVE"}}}},
                    {"Put": TABLE | {"Item": {"PK": {"S": "ADMIN"}}}},
                ]
            },
            [
                ("dynamodb:UpdateItem", "t", "PERSON#"),
                ("dynamodb:DeleteItem", "t", "OUTBOX#"),
                ("dynamodb:ConditionCheckItem", "t", "CONFIG#"),
                ("dynamodb:PutItem", "t", "ADMIN"),
            ],
        ),
        ("sqs", "SendMessage", {"QueueUrl": "http://x/queue/us-east-1/0/s-start"}, [("sqs:SendMessage", "s-start", "")]),
        ("sqs", "SendMessageBatch", {"QueueUrl": "http://x/0/s-start"}, [("sqs:SendMessage", "s-start", "")]),
        ("states", "StartExecution", {"stateMachineArn": "arn:aws:states:r:0:stateMachine:s-desk"}, [("states:StartExecution", "s-desk", "")]),
        ("states", "SendTaskSuccess", {"taskToken": "never-shown"}, [("states:SendTaskSuccess", "", "")]),
        ("secretsmanager", "GetSecretValue", {"SecretId": "countersign/okta"}, [("secretsmanager:GetSecretValue", "countersign/okta", "")]),
        (
            "secretsmanager",
            "BatchGetSecretValue",
            {"SecretIdList": ["countersign/okta", "countersign/slack"]},
            [
                ("secretsmanager:BatchGetSecretValue", "", ""),
                ("secretsmanager:GetSecretValue", "countersign/okta", ""),
                ("secretsmanager:GetSecretValue", "countersign/slack", ""),
            ],
        ),
        ("kms", "Decrypt", {"KeyId": "arn:aws:kms:r:0:key/k-1"}, [("kms:Decrypt", "k-1", "")]),
        ("s3", None, {}, [("s3:unknown", "", "")]),
    ],
)  # fmt: skip
def test_a_request_is_what_it_needs_to_be_allowed(service, operation, request_, done):
    found = list(accesses(signed(service), operation, json.dumps(request_).encode()))
    assert found == [Access(*wanted) for wanted in done]


@pytest.mark.parametrize("key", [{"S": "ada@harbour.example"}, {"S": "Ada"}, {"S": "ADA LOVELACE"}, {"N": "7"}, "ADMIN", None])
def test_what_is_no_kind_of_partition_is_not_shown(key):
    [found] = accesses(signed("dynamodb"), "GetItem", json.dumps(TABLE | {"Key": {"PK": key}}).encode())
    assert found == Access("dynamodb:GetItem", "t", "")


@pytest.mark.parametrize("body", [b"", b"not JSON", b"[]", b"\xff"])
def test_a_body_of_another_form_is_still_an_access(body):
    assert list(accesses("", "PutObject", body)) == [Access("unsigned:PutObject")]


def test_each_access_is_listed_once_and_by_function():
    seen = Accesses()
    for who in ("b", "a", "b"):
        seen.record(who, signed("dynamodb"), "GetItem", json.dumps(TABLE | {"Key": PERSON}).encode())
    one = {"action": "dynamodb:GetItem", "resource": "t", "leading_key": "PERSON#"}
    assert list(seen.shown().items()) == [("a", [one]), ("b", [one])]


def test_a_functions_calls_are_listed(aws):
    name = aws.function('return call("GetItem", TableName="none", Key={"PK": {"S": event}})[0]')
    aws.invoke(name, "REQUEST#R-1")
    done = aws.control("GET", "accesses")[1][name]
    assert done == [{"action": "dynamodb:GetItem", "resource": "none", "leading_key": "REQUEST#"}]
