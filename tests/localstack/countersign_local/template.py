"""Reads a SAM template and points its local files to where they have been uploaded."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

Uploader = Callable[[str, bytes], str]

# Properties that name a local file, by resource type.
FILE_PROPERTIES = {
    "AWS::Serverless::StateMachine": "DefinitionUri",
    "AWS::Serverless::Api": "DefinitionUri",
    "AWS::Serverless::HttpApi": "DefinitionUri",
    "AWS::CloudFormation::Stack": "TemplateURL",
    "AWS::Serverless::Application": "Location",
}


class TemplateError(Exception):
    """The template cannot be deployed; the message says which part and why."""


class Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags."""


def short_tag(loader: Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    """`!Ref x` as `{"Ref": x}`, `!Sub x` as `{"Fn::Sub": x}` and so on."""
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


Loader.add_multi_constructor("!", short_tag)
# `2010-09-09` is a version, not a date.
Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(path: Path) -> dict[str, Any]:
    """The template with all tags in their long form. Raises TemplateError."""
    try:
        template = yaml.load(path.read_text(), Loader)
    except (OSError, yaml.YAMLError) as error:
        raise TemplateError(f"{path}: {error}") from error
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise TemplateError(f"{path}: no Resources")
    return template


def functions(template: dict[str, Any]) -> dict[str, str]:
    """The binary of each function, by its logical id. Raises TemplateError when one names none."""
    found = {}
    for logical_id, resource in template["Resources"].items():
        if resource.get("Type") == "AWS::Serverless::Function":
            binary = resource.get("Metadata", {}).get("BuildProperties", {}).get("Binary")
            if not isinstance(binary, str):
                raise TemplateError(f"{logical_id}: Metadata.BuildProperties.Binary is missing")
            found[logical_id] = binary
    return found


def package(template: dict[str, Any], folder: Path, code: dict[str, str], upload: Uploader) -> str:
    """The template as JSON that names uploaded files only.

    `folder` is the template's own, `code` the address of each function's zip by binary.
    """
    for logical_id, binary in functions(template).items():
        template["Resources"][logical_id].setdefault("Properties", {})["CodeUri"] = code[binary]
    for logical_id, resource in template["Resources"].items():
        name = FILE_PROPERTIES.get(resource.get("Type", ""))
        place = resource.get("Properties", {}).get(name) if name else None
        if isinstance(place, str) and "://" not in place:
            resource["Properties"][name] = upload_file(folder, logical_id, place, upload)
    include_files(template, folder, upload)
    return json.dumps(template)


def include_files(node: Any, folder: Path, upload: Uploader) -> None:
    """Uploads what `AWS::Include` names, anywhere in the template."""
    if isinstance(node, dict):
        transform = node.get("Fn::Transform")
        if isinstance(transform, dict) and transform.get("Name") == "AWS::Include":
            place = transform.get("Parameters", {}).get("Location")
            if isinstance(place, str) and "://" not in place:
                transform["Parameters"]["Location"] = upload_file(folder, "AWS::Include", place, upload)
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        include_files(child, folder, upload)


def upload_file(folder: Path, logical_id: str, place: str, upload: Uploader) -> str:
    """Uploads one file that the template names and answers its address. Raises TemplateError."""
    try:
        return upload(Path(place).name, (folder / place).read_bytes())
    except OSError as error:
        raise TemplateError(f"{logical_id}: {place}: {error.strerror}") from error
