"""The command line: python -m countersign_local up|deploy|update|watch|outputs|status|down."""

import argparse
import json
import os
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from countersign_local import deploy as deployment
from countersign_local import engine as localstack
from countersign_local import loop
from countersign_local.engine import EngineError
from countersign_local.stack import Stack, StackError
from countersign_local.template import TemplateError

CHECKOUT = Path(__file__).resolve().parents[3]
ERRORS = (EngineError, deployment.DeployError, StackError, TemplateError, loop.LoopError, BotoCoreError, ClientError)


def main() -> int:
    """Runs one command; 0 when it did what was asked."""
    # The developer's own AWS settings have no part in this.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    arguments = parser().parse_args()
    arguments.folder = arguments.folder.resolve()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    try:
        return arguments.run(arguments) or 0
    except ERRORS as error:
        print(f"countersign_local: {error}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """All commands and options."""
    root = argparse.ArgumentParser(prog="python -m countersign_local", description="AWS on one machine, without Docker.")
    root.add_argument("--folder", type=Path, default=CHECKOUT / ".local", help="state and logs; default .local of the checkout")
    commands = root.add_subparsers(required=True, metavar="COMMAND")

    command = commands.add_parser("up", help="start LocalStack on 127.0.0.1 and wait until it is ready")
    command.add_argument("--port", type=int, default=localstack.DEFAULT_PORT, help="default %(default)s")
    command.set_defaults(run=run_up)

    command = commands.add_parser("deploy", help="deploy a SAM template; what is unchanged is left alone")
    command.add_argument("--template", type=Path, default=CHECKOUT / "infra" / "template.yaml", help="default infra/template.yaml")
    command.add_argument("--binaries", type=Path, default=CHECKOUT / "target" / "local", help="folder of built binaries; default target/local")
    command.add_argument("--parameter", action="append", default=[], type=key_value, metavar="KEY=VALUE", help="template parameter; may be repeated")
    add_stack(command)
    command.set_defaults(run=run_deploy)

    command = commands.add_parser("update", help="replace the code of functions, all at once")
    command.add_argument("code", nargs="+", type=key_value, metavar="FUNCTION=BINARY", help="its name, or the last part of it, and a file")
    command.set_defaults(run=run_update)

    command = commands.add_parser("watch", help="run the code as edited, with `cargo lambda watch`, until it is stopped")
    command.add_argument("--port", type=int, default=loop.DEFAULT_PORT, help="where it listens; default %(default)s")
    command.set_defaults(run=run_watch)

    command = commands.add_parser("outputs", help="print the stack's outputs as JSON")
    add_stack(command)
    command.set_defaults(run=run_outputs)

    command = commands.add_parser("status", help="say what runs; fails when LocalStack does not")
    add_stack(command)
    command.set_defaults(run=run_status)

    commands.add_parser("down", help="stop LocalStack and its functions; its AWS is gone then").set_defaults(run=run_down)
    return root


def add_stack(command: argparse.ArgumentParser) -> None:
    """The option that names the stack."""
    command.add_argument("--stack", default="countersign", help="stack name; default %(default)s")


def key_value(text: str) -> tuple[str, str]:
    """KEY=VALUE as a pair."""
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return key, value


def run_up(arguments: argparse.Namespace) -> None:
    """Starts LocalStack."""
    localstack.up(arguments.folder, arguments.port)


def run_deploy(arguments: argparse.Namespace) -> None:
    """Deploys the template."""
    engine = localstack.need(arguments.folder)
    outputs = deployment.deploy(
        engine, arguments.template, arguments.binaries, arguments.stack, dict(arguments.parameter)
    )
    print(json.dumps(outputs, indent=2))


def run_update(arguments: argparse.Namespace) -> None:
    """Updates functions."""
    code = {function: Path(binary) for function, binary in arguments.code}
    for name, binary in deployment.update(localstack.need(arguments.folder), code).items():
        print(f"{name} runs {binary}")


def run_watch(arguments: argparse.Namespace) -> int:
    """Runs the code as edited."""
    return loop.watch(localstack.need(arguments.folder), CHECKOUT, arguments.port)


def run_outputs(arguments: argparse.Namespace) -> None:
    """Prints the outputs."""
    engine = localstack.need(arguments.folder)
    print(json.dumps(Stack(deployment.client(engine, "cloudformation"), arguments.stack).outputs(), indent=2))


def run_status(arguments: argparse.Namespace) -> int:
    """Prints what runs."""
    engine = localstack.running(arguments.folder)
    if engine is None:
        print("LocalStack is not running")
        return 1
    stack = Stack(deployment.client(engine, "cloudformation"), arguments.stack).describe()
    print(f"LocalStack runs at {engine.url} (process {engine.pid}), log {engine.folder / 'engine.log'}")
    print(f"stack {arguments.stack}: {stack['StackStatus'] if stack else 'not deployed'}")
    return 0


def run_down(arguments: argparse.Namespace) -> None:
    """Stops LocalStack."""
    print("LocalStack is stopped" if localstack.down(arguments.folder) else "LocalStack was not running")


if __name__ == "__main__":
    sys.exit(main())
