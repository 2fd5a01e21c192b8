"""Faults between a function and AWS: rules that tests add, matched against each proxied call."""

import dataclasses
import itertools
import json
import threading
from collections import Counter
from urllib.parse import parse_qs, urlsplit

from countersign_local.settings import belongs

COUNT = "count"
ACTIONS = ("kill_before", "kill_after", "drop_after", "reset_before", "delay", "status", COUNT)
MAX_DELAY_MS = 900_000
MAX_RULES = 1_000


class BadRule(ValueError):
    """The rule cannot be used; the message says what to change."""


@dataclasses.dataclass(frozen=True)
class Call:
    """One request that a function sent towards AWS."""

    function: str
    operation: str | None
    body: bytes


@dataclasses.dataclass
class Rule:
    """Fires on the `nth` matching call and the `times - 1` that follow it.

    `function` is a function's name or its last part, `operation` an AWS operation, `body` a part
    of the request's body; what is left out matches everything. `ms` belongs to `delay`, `status`
    and `code` to `status`. `count` does nothing but count, whatever else is done to the call.
    """

    action: str
    function: str | None = None
    operation: str | None = None
    body: str | None = None
    nth: int = 1
    times: int = 1
    ms: int = 0
    status: int = 503
    code: str = "ServiceUnavailable"
    matched: int = dataclasses.field(default=0, init=False)
    hits: int = dataclasses.field(default=0, init=False)

    def __post_init__(self) -> None:
        """Refuses what could never fire or would surprise."""
        for name in ("function", "operation", "body", "action", "code"):
            value = getattr(self, name)
            if not isinstance(value, str) and not (value is None and name in ("function", "operation", "body")):
                raise BadRule(f"{name} must be a string")
        if self.action not in ACTIONS:
            raise BadRule(f"action must be one of {', '.join(ACTIONS)}")
        for name, low, high in (("nth", 1, 10**6), ("times", 1, 10**6), ("ms", 0, MAX_DELAY_MS), ("status", 400, 599)):
            value = getattr(self, name)
            if type(value) is not int or not low <= value <= high:
                raise BadRule(f"{name} must be a whole number from {low} to {high}")

    @classmethod
    def parse(cls, text: bytes) -> "Rule":
        """A rule from its JSON. Raises BadRule."""
        try:
            fields = json.loads(text)
        except ValueError as error:
            raise BadRule("the rule is not JSON") from error
        if not isinstance(fields, dict):
            raise BadRule("the rule must be a JSON object")
        known = {field.name for field in dataclasses.fields(cls) if field.init}
        if unknown := fields.keys() - known:
            raise BadRule(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
        if "action" not in fields:
            raise BadRule(f"action is missing: one of {', '.join(ACTIONS)}")
        return cls(**fields)

    def matches(self, call: Call) -> bool:
        """Whether `call` is one that this rule counts."""
        return (
            (self.function is None or belongs(call.function, self.function))
            and (self.operation is None or self.operation == call.operation)
            and (self.body is None or self.body.encode() in call.body)
        )

    @property
    def is_due(self) -> bool:
        """Whether it fires on the next call that it counts."""
        return self.action != COUNT and self.nth <= self.matched + 1 < self.nth + self.times

    def count(self) -> bool:
        """Counts one matching call; True when it is one to fire on."""
        fires = self.is_due
        self.matched += 1
        self.hits += fires
        return fires


class Registry:
    """The rules in force and the calls seen, for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: dict[str, Rule] = {}
        self._calls: Counter[tuple[str, str]] = Counter()
        self._ids = itertools.count(1)

    def add(self, rule: Rule) -> str:
        """Puts `rule` in force and answers its id. Raises BadRule when there are too many."""
        with self._lock:
            if len(self._rules) >= MAX_RULES:
                raise BadRule(f"there are {MAX_RULES} rules already: delete some")
            rule_id = str(next(self._ids))
            self._rules[rule_id] = rule
            return rule_id

    def rules(self) -> list[dict]:
        """Each rule with its id, the calls it matched and the times it fired (`hits`)."""
        with self._lock:
            return [{"id": rule_id, **dataclasses.asdict(rule)} for rule_id, rule in self._rules.items()]

    def remove(self, rule_id: str | None = None) -> int:
        """Ends one rule, or all of them; answers how many there were."""
        with self._lock:
            if rule_id is not None:
                return int(self._rules.pop(rule_id, None) is not None)
            removed = len(self._rules)
            self._rules.clear()
            return removed

    def on(self, call: Call) -> Rule | None:
        """Counts `call`; answers the first rule that fires on it. Another one that would fire too waits for its next call."""
        with self._lock:
            self._calls[call.function, call.operation or ""] += 1
            fired = None
            for rule in self._rules.values():
                waits = fired is not None and rule.is_due
                if rule.matches(call) and not waits and rule.count():
                    fired = rule
            return fired

    def calls(self) -> list[dict]:
        """How often each function called each operation since LocalStack started."""
        with self._lock:
            counted = sorted(self._calls.items())
        return [{"function": name, "operation": operation, "calls": n} for (name, operation), n in counted]


FAULTS = Registry()


def operation_of(path: str, target: str | None, content_type: str, body: bytes) -> str | None:
    """The AWS operation of a request: from X-Amz-Target, the query's or form's Action, or S3's x-id."""
    if target:
        return target.rpartition(".")[2]
    query = parse_qs(urlsplit(path).query)
    if content_type.startswith("application/x-www-form-urlencoded"):
        query |= parse_qs(body.decode("utf-8", "replace"))
    return (query.get("Action") or query.get("x-id") or [None])[0]
