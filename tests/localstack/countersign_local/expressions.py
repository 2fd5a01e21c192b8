"""JSONata for state machines in Python, where LocalStack would download a JVM for it."""

import functools
import json
from typing import Any

import jsonata
from localstack.runtime import hooks


@hooks.on_infra_start()
def use_python_jsonata() -> None:
    """Takes the place of LocalStack's evaluator, and mends what surrounds it."""
    from localstack.services.stepfunctions.asl.jsonata import jsonata as asl

    asl._eval_jsonata = evaluate
    asl.encode_jsonata_variable_declarations = declare
    # AWS refuses `$` only where it stands for nothing, which evaluation finds by itself.
    asl._ILLEGAL_VARIABLE_REFERENCES = frozenset()
    name_failures()


def evaluate(expression: str) -> Any:
    """The expression's value. Raises JSONataException."""
    from localstack.services.stepfunctions.asl.jsonata.jsonata import JSONataException

    try:
        # Through JSON: the library's own list and null types must not leak into the interpreter.
        return json.loads(json.dumps(jsonata.Jsonata(expression).evaluate(None)))
    except Exception as error:
        raise JSONataException("UNKNOWN", str(error)) from error


def declare(bindings: dict[str, Any]) -> str:
    """JSONata that assigns each of `bindings`. LocalStack's own does not escape quotes in strings."""
    return "".join(f"{name}:={json.dumps(value, default=str)};" for name, value in bindings.items())


def name_failures() -> None:
    """Makes a failed evaluation States.QueryEvaluationError, as on AWS, which a Catch can name."""
    from localstack.services.stepfunctions.asl.component.common.string.string_expression import StringJSONata
    from localstack.services.stepfunctions.asl.jsonata.jsonata import JSONataException

    run = StringJSONata._eval_body

    @functools.wraps(run)
    def run_named(self, env) -> None:
        try:
            run(self, env)
        except JSONataException as error:
            raise query_error(env, f"The JSONata expression '{self.expression}' failed: {error.details}") from error

    StringJSONata._eval_body = run_named


def query_error(env, cause: str) -> Exception:
    """The interpreter's exception for a failed evaluation, entered in the execution's history."""
    from localstack.aws.api.stepfunctions import EvaluationFailedEventDetails, HistoryEventType
    from localstack.services.stepfunctions.asl.component.common.error_name import failure_event, states_error_name
    from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name_type import (
        StatesErrorNameType,
    )
    from localstack.services.stepfunctions.asl.eval.event.event_detail import EventDetails

    name = states_error_name.StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
    told = EvaluationFailedEventDetails(cause=cause, error=name.error_name)
    kind, details = HistoryEventType.EvaluationFailed, EventDetails(evaluationFailedEventDetails=told)
    env.event_manager.add_event(context=env.event_history_context, event_type=kind, event_details=details)
    return failure_event.FailureEventException(
        failure_event.FailureEvent(env=env, error_name=name, event_type=kind, event_details=details)
    )
