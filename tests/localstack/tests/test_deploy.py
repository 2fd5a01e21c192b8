"""The command deploys a real SAM template, changes what changed, and says what went wrong."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from conftest import eventually, source
from test_services import ended

GREET = "return {'statusCode': 200, 'body': event.get('body') or os.environ['GREETING']}"
STACK = ("--stack", "small")


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A template of its own and built binaries."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(Path(__file__).parent / "sam", folder / "infra")
    (folder / "built").mkdir()
    for name, body in (("greet", GREET), ("repeat", "return [event, event]")):
        (folder / "built" / name).write_text(source(body))
    return folder


def command(aws, *arguments: str) -> subprocess.CompletedProcess:
    """Runs the command line against the tests' LocalStack."""
    line = [sys.executable, "-m", "countersign_local", "--folder", str(aws.engine.folder), *map(str, arguments)]
    # As a developer would have it who works with AWS, too.
    own = {"AWS_PROFILE": "no-such-profile", "AWS_REGION": "eu-north-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    return subprocess.run(line, env=os.environ | own, capture_output=True, text=True, timeout=120)


def deploy(aws, project: Path, greeting: str = "hello", *more: str) -> subprocess.CompletedProcess:
    """Deploys the small template."""
    files = ("--template", project / "infra" / "template.yaml", "--binaries", project / "built")
    return command(aws, "deploy", *files, *STACK, "--parameter", f"Greeting={greeting}", *more)


def changed(done: subprocess.CompletedProcess, logical_id: str) -> bool:
    """Whether the resource is among those that the command printed."""
    return any(line.split()[-1:] == [logical_id] for line in done.stdout.splitlines())


def test_a_stack_is_created_left_alone_and_changed(aws, project):
    created = deploy(aws, project)
    assert created.returncode == 0, created.stderr
    assert changed(created, "GreetFunction") and changed(created, "Machine")
    outputs = json.loads((aws.engine.folder / "stack.json").read_text())
    assert outputs.keys() == {"ApiUrl", "MachineArn"}
    assert json.loads(command(aws, "outputs", *STACK).stdout) == outputs
    assert greeting_of(aws, outputs) == "hello"
    assert repeated(aws, outputs) == '["x","x"]'

    again = deploy(aws, project)
    assert again.returncode == 0, again.stderr
    assert "0 files uploaded" in again.stdout and "unchanged" in again.stdout

    (project / "built" / "repeat").write_text(source("return [event] * 3"))
    code = deploy(aws, project)
    assert changed(code, "RepeatFunction") and not changed(code, "GreetFunction")
    assert repeated(aws, outputs) == '["x","x","x"]'

    value = deploy(aws, project, "goodbye", "--parameter", "Topic=t")
    assert changed(value, "GreetFunction") and not changed(value, "RepeatFunction")
    assert greeting_of(aws, outputs) == "goodbye"
    assert json.loads(command(aws, "outputs", *STACK).stdout)["TopicName"] == "t"


def test_a_form_reaches_the_function_as_it_was_sent(aws, project):
    assert deploy(aws, project).returncode == 0
    path = json.loads((aws.engine.folder / "stack.json").read_text())["ApiUrl"].removeprefix("http://127.0.0.1")
    for body in (b"a=b%20c&d=e+f", b"b=2&a=1&a=", b"payload=%7b%22x%22%3a1%7d", b"a=%C3%A4*~"):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        request = urllib.request.Request(f"{aws.engine.url}{path}/greet", data=body, headers=form)
        with urllib.request.urlopen(request) as response:
            assert response.read() == body


def greeting_of(aws, outputs: dict[str, str]) -> str:
    """What the API answers."""
    path = outputs["ApiUrl"].removeprefix("http://127.0.0.1")
    with urllib.request.urlopen(f"{aws.engine.url}{path}/greet") as response:
        return response.read().decode()


def repeated(aws, outputs: dict[str, str]) -> str:
    """What the state machine makes of "x"."""
    steps = aws.client("stepfunctions")
    execution = steps.start_execution(stateMachineArn=outputs["MachineArn"], input='"x"')["executionArn"]
    done = eventually(lambda: ended(steps.describe_execution(executionArn=execution)))
    return done.get("output") or done["cause"]


def test_functions_are_updated_together(aws, project):
    assert deploy(aws, project).returncode == 0
    code = []
    for function in ("greet", "repeat"):
        binary = project / f"new-{function}"
        binary.write_text(source(f"return 'updated {function}'"))
        code.append(f"{function}={binary}")
    refused = command(aws, "update", code[0], f"nobody={project / 'new-greet'}")
    assert refused.returncode == 1 and "nobody means 0 functions" in refused.stderr
    assert aws.invoke("small-greet")[0] != "updated greet"
    done = command(aws, "update", *code)
    assert done.returncode == 0, done.stderr
    assert [aws.invoke(f"small-{function}")[0] for function in ("greet", "repeat")] == ["updated greet", "updated repeat"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--parameter", "Nonsense=1"), "no such parameter: Nonsense"),
        (("--binaries", "/nonexistent"), "not built in /nonexistent: greet, repeat"),
        (("--template", "/nonexistent.yaml"), "No such file"),
    ],
    ids=str,
)
def test_what_cannot_be_deployed_is_refused_at_once(aws, project, arguments, reason):
    done = deploy(aws, project, "hello", *arguments)
    assert done.returncode == 1 and reason in done.stderr


def test_a_failed_resource_is_named_with_its_reason_and_the_stack_recovers(aws, project):
    template = project / "infra" / "template.yaml"
    good = template.read_text()
    broken = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "not a name"}}
    template.write_text(good.replace("Outputs:", f"  BrokenQueue: {json.dumps(broken)}\nOutputs:"))
    failed = command(aws, "deploy", "--template", template, "--binaries", project / "built",
                     "--stack", "failing", "--parameter", "Greeting=x")  # fmt: skip
    template.write_text(good)
    assert failed.returncode == 1
    assert re.search("CREATE_FAILED +AWS::SQS::Queue +BrokenQueue: .*alphanumeric", failed.stderr), failed.stderr
    recovered = command(aws, "deploy", "--template", template, "--binaries", project / "built",
                        "--stack", "failing", "--parameter", "Greeting=x")  # fmt: skip
    assert recovered.returncode == 0, recovered.stderr


def test_status_and_a_second_up_find_what_runs(aws):
    assert aws.engine.url in command(aws, "status", *STACK).stdout
    assert "runs already" in command(aws, "up").stdout


def test_a_taken_port_is_told(aws, tmp_path):
    line = [sys.executable, "-m", "countersign_local", "--folder", str(tmp_path), "up", "--port", str(aws.engine.port)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and f"port {aws.engine.port} is taken" in done.stderr
