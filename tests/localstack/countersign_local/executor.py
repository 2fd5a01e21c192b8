"""Runs a deployed zip's `bootstrap` as a process, the way Lambda runs it in an environment."""

import enum
import json
import os
import queue
import subprocess
import threading
import time
from pathlib import Path

from localstack import config
from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

from countersign_local import watch
from countersign_local.logs import Capture
from countersign_local.runtime_api import Endpoint, Job, Mailbox, Outcome

INIT_SECONDS = 10
LAST_WORDS_SECONDS = 1
DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin"


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    """Chosen with LAMBDA_RUNTIME_EXECUTOR=process."""

    name = "process"

    def load(self, *args, **kwargs) -> type[RuntimeExecutor]:
        """The executor's class."""
        return ProcessExecutor


class End(enum.Enum):
    """How an invocation ended that has no outcome."""

    EXITED = "Runtime.ExitError"
    TIMED_OUT = "Sandbox.Timedout"


class Worker:
    """One live process and all that belongs to it; it is never restarted, only replaced."""

    def __init__(self, function: str, root: Path, variables: dict[str, str]) -> None:
        self.mailbox = Mailbox()
        gateway = config.GATEWAY_LISTEN[0]
        self.endpoint = Endpoint(function, self.mailbox, (gateway.host, gateway.port), self.kill)
        own = {
            "AWS_ENDPOINT_URL": f"http://{self.endpoint.address}",
            "AWS_LAMBDA_RUNTIME_API": self.endpoint.address,
            "LAMBDA_TASK_ROOT": str(root),
            "PATH": os.environ.get("PATH", DEFAULT_PATH),
        }
        bootstrap = root / "bootstrap"
        try:
            bootstrap.chmod(0o755)
            self.process = subprocess.Popen(
                [str(bootstrap)], cwd=root, env=variables | own,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
        except OSError as error:
            self.endpoint.close()
            raise StatusErrorException("no start", failure("Runtime.InvalidEntrypoint", str(error))) from error
        self.capture = Capture(function, self.process.stdout)
        threading.Thread(target=self._bury, daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    def wait_until_initialised(self) -> None:
        """Returns when the process asked for its first job. Raises StatusErrorException otherwise."""
        asked = self.mailbox.initialised.wait(INIT_SECONDS)
        if asked and self.alive and self.mailbox.init_error is None:
            return
        self.kill()
        self.capture.finish(LAST_WORDS_SECONDS)
        reason = "exited during init" if asked else f"did not initialise in {INIT_SECONDS} s"
        raise StatusErrorException(reason, self.mailbox.init_error or failure("Runtime.ExitError", reason))

    def run(self, job: Job, seconds: float) -> Outcome | End:
        """The process's answer to `job`, awaited for `seconds` at most."""
        self.capture.note(f"START RequestId: {job.request_id}")
        self.mailbox.jobs.put(job)
        deadline = time.monotonic() + seconds
        while True:
            try:
                outcome = self.mailbox.outcomes.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                return End.TIMED_OUT
            if outcome is None:
                return End.EXITED
            if outcome.request_id == job.request_id:
                return outcome

    def kill(self) -> None:
        """SIGKILL; everything that waits for the process is released."""
        self.process.kill()

    def _bury(self) -> None:
        self.process.wait()
        self.mailbox.close()
        self.endpoint.close()


class ProcessExecutor(RuntimeExecutor):
    """One Lambda execution environment: at most one process, replaced when it has died."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id, function_version)
        self.function = function_version.id.function_name
        self.root = Path(function_version.config.code.get_unzipped_code_location())
        self.variables: dict[str, str] = {}
        self.worker: Worker | None = None

    def start(self, env_vars: dict[str, str]) -> None:
        """Starts the process with the function's variables and none of this one's."""
        self.variables = {name: str(value) for name, value in env_vars.items()}
        self.replace()

    def stop(self) -> None:
        """Ends the process."""
        if self.worker:
            self.worker.kill()

    def replace(self) -> Worker:
        """A new, initialised process in place of the old one."""
        self.worker = Worker(self.function, self.root, self.variables)
        self.worker.wait_until_initialised()
        return self.worker

    def invoke(self, payload: dict[str, str]) -> InvocationResult:
        """Runs one invocation to its end, which is at the function's timeout at the latest."""
        if address := watch.WATCHED.address:
            return watch.invoke(address, self.function, self.root, payload, self.function_version.config.timeout)
        job = self.job(payload)
        started, seconds = time.monotonic(), self.function_version.config.timeout
        worker = self.worker if self.worker and self.worker.alive else self.replace()
        ended = worker.run(job, seconds)
        if ended is End.EXITED and not job.taken:
            # It died idle, so the job is untouched and belongs to its successor.
            worker = self.replace()
            ended = worker.run(job, seconds)
        if isinstance(ended, End):
            ended = self.give_up(worker, job, ended)
        worker.capture.note(f"REPORT RequestId: {job.request_id} Duration: {1000 * (time.monotonic() - started):.0f} ms")
        return InvocationResult(job.request_id, ended.body, ended.is_error, worker.capture.take())

    def give_up(self, worker: Worker, job: Job, end: End) -> Outcome:
        """Makes sure that the process is dead and says what happened, as Lambda does."""
        worker.kill()
        worker.capture.finish(LAST_WORDS_SECONDS)
        seconds = self.function_version.config.timeout
        what = "Runtime exited" if end is End.EXITED else f"Task timed out after {seconds:.2f} seconds"
        worker.capture.note(f"{end.value} {what}")
        return Outcome(job.request_id, failure(end.value, f"RequestId: {job.request_id} Error: {what}"), True)

    def job(self, payload: dict[str, str]) -> Job:
        """The invocation as the Runtime API tells it."""
        deadline_ms = int((time.time() + self.function_version.config.timeout) * 1000)
        return Job(
            payload["invoke-id"], payload["payload"].encode(), payload["invoked-function-arn"],
            payload["trace-id"], deadline_ms,
        )  # fmt: skip

    def get_logs(self) -> str:
        """What the process printed outside of invocations."""
        return self.worker.capture.take() if self.worker else ""

    def get_address(self) -> str:
        """Where the environment is."""
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        """Where LocalStack is, seen from the environment."""
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        """LocalStack's own init binary would call this; there is none here."""
        return "http://127.0.0.1"

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Unpacks the zip."""
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Nothing: LocalStack itself removes code that no version of the function uses any more."""


def failure(kind: str, message: str) -> bytes:
    """The payload of an invocation that the platform itself ended."""
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()
