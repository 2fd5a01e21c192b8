"""Deploys the real SAM template to LocalStack, and single functions into it."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
from botocore.config import Config

from countersign_local import template as sam
from countersign_local.artifacts import BUCKET, Store
from countersign_local.engine import REGION, Engine
from countersign_local.settings import belongs
from countersign_local.stack import Stack

UPLOADS_AT_ONCE = 4
UPDATE_SECONDS = 60
CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


class DeployError(Exception):
    """The deployment cannot begin; the message says what is missing."""


def client(engine: Engine, service: str):
    """A client of `service` on the local stack."""
    config = Config(retries={"total_max_attempts": 2}, s3={"addressing_style": "path"})
    return boto3.Session(**CREDENTIALS, region_name=REGION).client(service, endpoint_url=engine.url, config=config)


def deploy(engine: Engine, template: Path, binaries: Path, name: str, parameters: dict[str, str]) -> dict[str, str]:
    """Deploys and answers the stack's outputs. Raises DeployError, TemplateError, StackError."""
    started = time.monotonic()
    content = sam.load(template)
    check_parameters(content, parameters)
    store = Store(client(engine, "s3"))
    code = upload_code(store, binaries, sorted(set(sam.functions(content).values())))
    packaged = sam.package(content, template.parent, code, store.put_file)
    key = store.put_file("template.json", packaged.encode()).removeprefix(f"s3://{BUCKET}/")
    print(f"{time.monotonic() - started:5.1f} s  {store.sent} files uploaded", flush=True)
    stack = Stack(client(engine, "cloudformation"), name)
    changed = stack.deploy(f"{engine.url}/{BUCKET}/{key}", parameters)
    outputs = stack.outputs()
    (engine.folder / "stack.json").write_text(json.dumps(outputs, indent=2) + "\n")
    print(f"{time.monotonic() - started:5.1f} s  stack {name} is {'deployed' if changed else 'unchanged'}")
    return outputs


def check_parameters(content: dict, parameters: dict[str, str]) -> None:
    """Raises DeployError for a parameter that the template does not have, or needs and did not get."""
    declared = content.get("Parameters", {})
    if unknown := parameters.keys() - declared.keys():
        raise DeployError(f"no such parameter: {', '.join(sorted(unknown))}")
    needed = {name for name, about in declared.items() if "Default" not in about}
    if missing := needed - parameters.keys():
        raise DeployError(f"parameters without a value: {', '.join(sorted(missing))}")


def upload_code(store: Store, binaries: Path, names: list[str]) -> dict[str, str]:
    """The address of each binary's zip. Raises DeployError when binaries are missing."""
    if missing := [name for name in names if not (binaries / name).is_file()]:
        raise DeployError(f"not built in {binaries}: {', '.join(missing)}")
    with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
        keys = pool.map(lambda name: store.put_binary(binaries / name, name), names)
        return {name: f"s3://{BUCKET}/{key}" for name, key in zip(names, keys, strict=True)}


def update(engine: Engine, code: dict[str, Path]) -> dict[str, Path]:
    """Gives each deployed function the code at its path, all at once; answers them by full name once they run it.

    Raises DeployError, before anything is changed, for a file that is not there and for a name that means no function or several.
    """
    if missing := [str(binary) for binary in code.values() if not binary.is_file()]:
        raise DeployError(f"no such file: {', '.join(missing)}")
    functions = client(engine, "lambda")
    pages = functions.get_paginator("list_functions").paginate()
    names = [found["FunctionName"] for page in pages for found in page["Functions"]]
    named = {matching(function, names): binary for function, binary in code.items()}
    store = Store(client(engine, "s3"))
    with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
        list(pool.map(lambda name: replace(functions, store, name, named[name]), named))
    return named


def matching(function: str, names: list[str]) -> str:
    """The one of `names` that `function` means. Raises DeployError."""
    found = [name for name in names if name == function] or [name for name in names if belongs(name, function)]
    if len(found) != 1:
        raise DeployError(f"{function} means {len(found)} functions; there are: {', '.join(names) or 'none'}")
    return found[0]


def replace(functions, store: Store, name: str, binary: Path) -> None:
    """Gives one function its code, and waits until it runs: until then invocations may still reach the code before."""
    key = store.put_binary(binary, binary.name)
    functions.update_function_code(FunctionName=name, S3Bucket=BUCKET, S3Key=key)
    waiter = functions.get_waiter("function_updated_v2")
    waiter.wait(FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": UPDATE_SECONDS})
