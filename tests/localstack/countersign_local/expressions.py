"""JSONata for state machines in Python, where LocalStack would download a JVM for it."""

import json
from typing import Any

import jsonata
from localstack.runtime import hooks


@hooks.on_infra_start()
def use_python_jsonata() -> None:
    """Takes the place of LocalStack's evaluator."""
    from localstack.services.stepfunctions.asl.jsonata import jsonata as asl

    def evaluate(expression: str) -> Any:
        try:
            # Through JSON: the library's own list and null types must not leak into the interpreter.
            return json.loads(json.dumps(jsonata.Jsonata(expression).evaluate(None)))
        except Exception as error:
            raise asl.JSONataException("UNKNOWN", str(error)) from error

    asl._eval_jsonata = evaluate
    asl.encode_jsonata_variable_declarations = declare


def declare(bindings: dict[str, Any]) -> str:
    """JSONata that assigns each of `bindings`. LocalStack's own does not escape quotes in strings."""
    return "".join(f"{name}:={json.dumps(value, default=str)};" for name, value in bindings.items())
