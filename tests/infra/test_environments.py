"""On this machine too a function finds its code, its layers, what Lambda brings, and no more."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from stack.environments import Environment
from stack.template import Function
from tests.infra.build import FUNCTIONS, LAYERS

# What each layer and the runtime brings.
BROUGHT = {
    "SharedLayer": {"aws_lambda_powertools", "httpx", "pydantic", "shared.api"},
    "StripeLayer": {"requests", "stripe"},
    "ChainLayer": {"coincurve"},
    "TokensLayer": {"cryptography", "jwt"},
    "DocumentsLayer": {"fontTools", "fpdf", "PIL", "uharfbuzz"},
    "PagesLayer": {"jinja2", "markupsafe", "segno", "web.site"},
}
RUNTIME = {"boto3", "botocore"}
# Installed or lying here, and in no layer.
NOWHERE = {"aws_xray_sdk", "demo", "moto", "psycopg", "pytest", "stack.paths", "tests.infra"}
SHARED = LAYERS["SharedLayer"]

HANDLER = """
import importlib, sys

def found(name):
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        return False
    return True

def handler(event, context):
    return {"found": [name for name in event if found(name)], "path": sys.path}
"""


def _asked(function: Function, names: set[str], log: Path) -> Any:
    """What an environment of a function says of names."""
    environment = Environment(function, {"AWS_DEFAULT_REGION": "eu-central-1"}, log)
    call = {"event": sorted(names), "request_id": "1", "timeout": 60}
    try:
        return json.loads(environment.ask(json.dumps(call).encode() + b"\n"))
    finally:
        environment.kill()


def _function(folder: Path, layers: tuple[Path, ...]) -> Function:
    code = folder / "code"
    (code / "asked").mkdir(parents=True)
    (code / "asked" / "main.py").write_text(HANDLER)
    return Function("AskedFunction", "asked.main.handler", code, 60, 256, None, {}, layers)


@pytest.mark.parametrize(
    "carried",
    [(), ("SharedLayer",), *(("SharedLayer", name) for name in BROUGHT if name != "SharedLayer")],
    ids=lambda carried: "+".join(carried) or "no layer",
)
def test_an_environment_has_what_its_layers_bring(tmp_path: Path, carried: Sequence[str]) -> None:
    """Whatever a process that it was forked from has imported for others."""
    asked = set[str]().union(*BROUGHT.values()) | RUNTIME | NOWHERE
    for layers in (tuple(LAYERS.values()), tuple(LAYERS[each] for each in carried)):
        function = _function(tmp_path / str(len(layers)), layers)
        answer = _asked(function, asked, tmp_path / "log")
        wanted = RUNTIME.union(*(BROUGHT[name] for name in LAYERS if LAYERS[name] in layers))
        assert set(answer["result"]["found"]) == wanted


def test_code_comes_first_then_layers(tmp_path: Path) -> None:
    function = _function(tmp_path, (SHARED, LAYERS["StripeLayer"]))
    path = _asked(function, set(), tmp_path / "log")["result"]["path"]

    assert path[0] == str(function.code)
    assert (Path(path[1]) / "shared" / "api.py").exists()
    assert (Path(path[2]) / "stripe").exists()
    assert (Path(path[-1]) / "boto3").exists()
    assert not [each for each in path if "site-packages" in each]


@pytest.mark.parametrize(
    "name", ["CardPaymentFunction", "EvmCommandsFunction", "DocumentsFunction"]
)
def test_a_function_without_its_layer_fails(tmp_path: Path, name: str) -> None:
    function = FUNCTIONS[name]
    whole = _asked(function, set(), tmp_path / "log")
    # It has no database here: its code is imported, and says so.
    assert whole.get("failure", {}).get("errorType") != "ModuleNotFoundError"
    lacking = Function(
        name, function.handler, function.code, 60, 256, None, {}, function.layers[:1]
    )

    assert _asked(lacking, set(), tmp_path / "log")["failure"]["errorType"] == "ModuleNotFoundError"


READS = """
import os

AT_IMPORT = sorted(os.environ)

def handler(event, context):
    return {"at_import": AT_IMPORT, "now": sorted(os.environ), "said": "%s"}
"""


def _said(function: Function, log: Path, *, fresh: bool = False) -> Any:
    variables = {"POWERTOOLS_SERVICE_NAME": "asked", "HOLDFAST_POSTGREST_URL": "http://here"}
    environment = Environment(function, variables, log, fresh=fresh)
    call = {"event": None, "request_id": "1", "timeout": 60}
    try:
        return json.loads(environment.ask(json.dumps(call).encode() + b"\n"))["result"]
    finally:
        environment.kill()


def test_an_import_sees_nothing_that_differs_between_stacks(tmp_path: Path) -> None:
    """One import serves environments of several stacks: what one of them says stays its own."""
    function = _function(tmp_path, (SHARED,))
    (function.code / "asked" / "main.py").write_text(READS % "first")
    said = _said(function, tmp_path / "log")

    assert "POWERTOOLS_SERVICE_NAME" in said["at_import"]
    assert "HOLDFAST_POSTGREST_URL" not in said["at_import"]
    assert {"POWERTOOLS_SERVICE_NAME", "HOLDFAST_POSTGREST_URL"} <= set(said["now"])


def test_a_fresh_environment_runs_the_code_of_now(tmp_path: Path) -> None:
    function = _function(tmp_path, (SHARED,))
    file = function.code / "asked" / "main.py"
    file.write_text(READS % "first")
    assert _said(function, tmp_path / "log")["said"] == "first"
    file.write_text(READS % "second, and longer")

    assert _said(function, tmp_path / "log")["said"] == "first"
    assert _said(function, tmp_path / "log", fresh=True)["said"] == "second, and longer"
