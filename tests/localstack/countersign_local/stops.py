"""Executions that end when they are stopped, also while they wait for a task token."""

from localstack.runtime import hooks


@hooks.on_infra_start()
def stop_at_once() -> None:
    """LocalStack marks a stopped execution but leaves it waiting, and what fails in it later changes the mark."""
    from localstack.services.stepfunctions.asl.eval.environment import Environment
    from localstack.services.stepfunctions.asl.eval.program_state import ProgramStopped

    mark, fail = Environment.set_stop, Environment.set_error

    def stop(self, stop_date, cause, error) -> None:
        mark(self, stop_date=stop_date, cause=cause, error=error)
        for endpoint in list(self.callback_pool_manager._pool.values()):
            endpoint.interrupt_all()

    def fail_unless_stopped(self, error) -> None:
        if not isinstance(self._program_state, ProgramStopped):
            fail(self, error=error)

    Environment.set_stop = stop
    Environment.set_error = fail_unless_stopped
