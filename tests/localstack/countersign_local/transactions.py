"""Transactions on moto at a cost that does not grow with the table."""

import copy
import functools

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

_touched: dict[str, set[DynamoType]] = {}


def copy_only_what_changes() -> None:
    """moto copies the whole table, deeply, for each action of a transaction, to be able to undo it.

    Here only the partitions that the transaction names are copied deeply. Callers hold the lock
    that lets one operation run at a time.
    """
    write = DynamoDBBackend.transact_write_items

    @functools.wraps(write)
    def write_lightly(self, transact_items: list[dict]) -> None:
        _touched.update(partitions(self, transact_items))
        try:
            write(self, transact_items)
        finally:
            _touched.clear()

    DynamoDBBackend.transact_write_items = write_lightly
    Table.__deepcopy__ = snapshot


def partitions(backend: DynamoDBBackend, transact_items: list[dict]) -> dict[str, set[DynamoType]]:
    """The partition keys that a transaction names, by table."""
    found: dict[str, set[DynamoType]] = {}
    for action in transact_items:
        operation = next(iter(action.values()))
        table = backend.tables.get(operation.get("TableName"))
        key = (operation.get("Key") or operation.get("Item") or {}).get(table.hash_key_attr) if table else None
        if key is not None:
            found.setdefault(table.name, set()).add(DynamoType(key))
    return found


def snapshot(table: Table, memo: dict) -> Table:
    """A copy of `table` that the running transaction does not change; a full one outside of any."""
    twin = copy.copy(table)
    if table.name not in _touched:
        twin.__dict__ = copy.deepcopy(table.__dict__, memo)
        return twin
    twin.items = copy.copy(table.items)
    for key in _touched[table.name]:
        if key in table.items:
            twin.items[key] = copy.deepcopy(table.items[key], memo)
    return twin
