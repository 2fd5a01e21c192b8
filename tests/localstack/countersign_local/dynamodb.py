"""DynamoDB on moto, a library that LocalStack brings along, made atomic by one lock."""

import threading
from collections.abc import Callable

from localstack.aws.api.dynamodb import DynamodbApi
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import Service, aws_provider

from countersign_local.transactions import copy_only_what_changes


@aws_provider(api="dynamodb", name="moto")
def dynamodb_moto() -> Service:
    """Chosen with PROVIDER_OVERRIDE_DYNAMODB=moto."""
    copy_only_what_changes()
    return Service.for_provider(DynamodbApi(), dispatch_table_factory=one_at_a_time)


def one_at_a_time(provider: DynamodbApi) -> dict[str, Callable]:
    """The provider's operations, of which only one runs at any moment.

    moto checks a transaction's conditions first and applies it afterwards: between the two, a
    second writer would pass the same conditions.
    """
    lock = threading.Lock()

    def alone(operation: Callable) -> Callable:
        def call(context, request):
            with lock:
                return operation(context, request)

        return call

    return {name: alone(operation) for name, operation in MotoFallbackDispatcher(provider).items()}
