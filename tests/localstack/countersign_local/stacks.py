"""CloudFormation that looks again soon at a resource which takes a moment, and hands numbers on as the text they are."""

import functools

from localstack.runtime import hooks

PAUSE_SECONDS = 0.2


@hooks.on_infra_start()
def await_resources_briefly() -> None:
    """LocalStack waits 5 s between two looks."""
    from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor

    deploy = ResourceProviderExecutor.deploy_loop
    ResourceProviderExecutor.deploy_loop = functools.partialmethod(deploy, sleep_time=PAUSE_SECONDS)
    substitute_numbers()


def substitute_numbers() -> None:
    """A parameter of type Number is put into a definition; LocalStack knows only text there."""
    from localstack.services.stepfunctions.resource_providers import aws_stepfunctions_statemachine as machines

    substitute = machines._apply_substitutions
    machines._apply_substitutions = lambda definition, values: substitute(
        definition, {name: str(value) for name, value in values.items()}
    )
