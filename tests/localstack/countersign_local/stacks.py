"""CloudFormation that looks again soon at a resource which takes a moment to be ready."""

import functools

from localstack.runtime import hooks

PAUSE_SECONDS = 0.2


@hooks.on_infra_start()
def await_resources_briefly() -> None:
    """LocalStack waits 5 s between two looks."""
    from localstack.services.cloudformation.resource_provider import ResourceProviderExecutor

    deploy = ResourceProviderExecutor.deploy_loop
    ResourceProviderExecutor.deploy_loop = functools.partialmethod(deploy, sleep_time=PAUSE_SECONDS)
