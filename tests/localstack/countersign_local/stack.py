"""One CloudFormation stack: created or updated, watched, and its outputs."""

import time

from botocore.exceptions import ClientError

POLL_SECONDS = 0.5
STACK_SECONDS = 600
DELETE_FAILED_SECONDS = 10
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
DEAD = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED")


class StackError(Exception):
    """The stack is not as asked for; the message names the resources and the reasons."""


class Stack:
    """The stack `name` behind a CloudFormation client."""

    def __init__(self, client, name: str) -> None:
        self._client = client
        self.name = name

    def describe(self) -> dict | None:
        """CloudFormation's description, or None where there is no such stack."""
        try:
            return self._client.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def outputs(self) -> dict[str, str]:
        """Output values by key. Raises StackError where there is no such stack."""
        found = self.describe()
        if found is None:
            raise StackError(f"there is no stack {self.name}: deploy it first")
        return {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}

    def deploy(self, template_url: str, parameters: dict[str, str]) -> bool:
        """Creates or updates and waits. False when there was nothing to change. Raises StackError."""
        found = self.describe()
        if found and found["StackStatus"] in DEAD:
            self.delete()
            found = None
        act = self._client.update_stack if found else self._client.create_stack
        seen = {event["EventId"] for event in self._events()} if found else set()
        try:
            act(
                StackName=self.name, TemplateURL=template_url, Capabilities=CAPABILITIES,
                Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            )  # fmt: skip
        except ClientError as error:
            if "No updates are to be performed" in str(error):
                return False
            raise StackError(error.response["Error"]["Message"]) from error
        return self._follow(seen) > 0

    def delete(self) -> None:
        """Deletes and waits. Raises StackError."""
        self._client.delete_stack(StackName=self.name)
        deadline, failing = time.monotonic() + STACK_SECONDS, 0
        while (found := self.describe()) and found["StackStatus"] != "DELETE_COMPLETE":
            # LocalStack shows a failure, goes on past resources that were never made, and gets there.
            failing = failing + 1 if found["StackStatus"] == "DELETE_FAILED" else 0
            if failing * POLL_SECONDS > DELETE_FAILED_SECONDS or time.monotonic() > deadline:
                raise StackError(f"stack {self.name} could not be deleted: start afresh with `down` and `up`")
            time.sleep(POLL_SECONDS)

    def _follow(self, seen: set[str]) -> int:
        """Prints each resource as it is done, until the stack is; answers how many. Raises StackError."""
        started, done, failures = time.monotonic(), 0, []
        while True:
            status = (self.describe() or {}).get("StackStatus", "DELETE_COMPLETE")
            for event in self._events():
                if event["EventId"] in seen:
                    continue
                seen.add(event["EventId"])
                done += self._show(event, time.monotonic() - started, failures)
            if not status.endswith("_IN_PROGRESS"):
                break
            if time.monotonic() - started > STACK_SECONDS:
                raise StackError(f"stack {self.name} was not done after {STACK_SECONDS} s: {status}")
            time.sleep(POLL_SECONDS)
        if status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise StackError("\n".join([f"stack {self.name}: {status}", *failures]))
        return done

    def _events(self) -> list[dict]:
        """All events of the stack, oldest first."""
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=self.name)
        return [event for page in pages for event in page["StackEvents"]][::-1]

    def _show(self, event: dict, seconds: float, failures: list[str]) -> bool:
        """Prints a finished resource, and keeps it if it failed. False where `event` is not one."""
        status, logical_id = event["ResourceStatus"], event["LogicalResourceId"]
        line = f"{status:<16} {event.get('ResourceType', ''):<36} {logical_id}"
        finished = status.endswith(("_COMPLETE", "_FAILED")) and logical_id != self.name
        if finished and status.endswith("_FAILED"):
            failures.append(f"{line}: {event.get('ResourceStatusReason', 'no reason given')}")
        if finished:
            print(f"{seconds:5.1f} s  {line}", flush=True)
        return finished
