"""A transaction copies the partitions that it names, and a backup copies all."""

from types import SimpleNamespace

import pytest
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from countersign_local import transactions

A, B = DynamoType({"S": "a"}), DynamoType({"S": "b"})


@pytest.mark.parametrize(
    ("actions", "copied"),
    [
        ([{"Update": {"TableName": "t", "Key": {"id": {"S": "a"}}}}], {A}),
        ([{"Put": {"TableName": "t", "Item": {"id": {"S": "b"}, "x": {"S": "a"}}}}], {B}),
        ([{"Delete": {"TableName": "t", "Key": {"id": {"S": "a"}}}}, {"Put": {"TableName": "t", "Item": {"id": {"S": "new"}}}}], {A}),
        ([], {A, B}),
        ([{"Put": {"TableName": "another", "Item": {"id": {"S": "a"}}}}], {A, B}),
    ],
)  # fmt: skip
def test_the_copy_is_as_small_as_it_can_be(monkeypatch, actions, copied):
    table = Table.__new__(Table)
    table.name, table.hash_key_attr, table.items = "t", "id", {A: {"1": ["item"]}, B: {"1": ["item"]}}
    backend = SimpleNamespace(tables={"t": table})
    monkeypatch.setattr(transactions, "_touched", transactions.partitions(backend, actions))
    twin = transactions.snapshot(table, {})
    assert twin.items == table.items and twin.items is not table.items
    assert {key for key in table.items if twin.items[key] is not table.items[key]} == copied
