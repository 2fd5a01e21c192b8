"""What samconfig.toml builds is what it deploys."""

import tomllib
from pathlib import Path

import pytest

STAGES = tomllib.loads((Path(__file__).parents[3] / "samconfig.toml").read_text())
ENVIRONMENTS = [name for name in STAGES if name != "version"]


def architecture(environment: str, command: str) -> str:
    overrides = STAGES[environment][command]["parameters"]["parameter_overrides"]
    return dict(one.split("=", 1) for one in overrides.split())["Architecture"]


def test_there_is_one_to_try_and_one_to_keep():
    assert {"default", "prod"} <= set(ENVIRONMENTS)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_functions_are_built_for_the_processors_they_run_on(environment):
    assert architecture(environment, "build") == architecture(environment, "deploy")
