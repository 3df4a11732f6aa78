"""The layer fits Lambda, and functions find in it all that they import."""

import importlib.util
import json
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from stack.paths import ROOT
from stack.template import functions, load
from tests.infra.build import build_function, build_layer, build_layer_for_this_python, pins

FUNCTIONS = functions(load())
LAMBDA_MACHINE = 183  # ELF e_machine of 64-bit ARM
MEGABYTE = 1024 * 1024
# They call AWS and nobody waits for their first start.
AWS_CALLERS = {
    "EvidenceFunction",
    "ImagesFunction",
    "DocumentCommandsFunction",
    "DocumentsFunction",
    "RelayFunction",
}

# As Lambda starts them: no site packages, the code first on the path, then the layer. Each is
# imported by a fork of its own of a process that has what is slow and the same for all.
IMPORT = """
import importlib, json, os, sys, traceback
sys.path[:0] = json.loads(sys.argv[1])
for library in ("aws_lambda_powertools.event_handler", "httpx", "postgrest", "pydantic"):
    importlib.import_module(library)
heavy = {"boto3", "botocore.session", "aws_xray_sdk", "h2"}
assert not heavy & set(sys.modules)
for name, (handler, code) in json.loads(sys.argv[2]).items():
    if os.fork():
        os.wait()
        continue
    sys.path.insert(0, code)
    os.environ["AWS_LAMBDA_FUNCTION_NAME"] = name
    found = []
    try:
        module, _, attribute = handler.rpartition(".")
        assert callable(getattr(importlib.import_module(module), attribute))
        files = [getattr(module, "__file__", None) or "" for module in sys.modules.values()]
        assert not [file for file in files if "site-packages" in file]
        found = sorted(heavy & set(sys.modules))
    except BaseException:
        found = [traceback.format_exc()]
    print(json.dumps([name, found]), flush=True)
    os._exit(0)
"""


@pytest.fixture(scope="module")
def layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_layer(tmp_path_factory.mktemp("layer"))


@pytest.fixture(scope="module")
def importable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_layer_for_this_python(tmp_path_factory.mktemp("importable"))


def test_binaries_are_for_lambda(layer: Path) -> None:
    libraries = sorted(layer.rglob("*.so"))

    assert any("_pydantic_core" in library.name for library in libraries)
    for library in libraries:
        (machine,) = struct.unpack_from("<H", library.read_bytes(), 18)
        assert machine == LAMBDA_MACHINE, library
        assert ".cpython-313-aarch64-linux-gnu." in library.name


def test_the_layer_holds_what_it_should_and_no_more(layer: Path) -> None:
    names = {path.name for path in layer.iterdir()}

    assert {"shared", "postgrest", "pydantic", "aws_lambda_powertools"} <= names
    strangers = {"boto3", "botocore", "aws_xray_sdk", "supabase", "bin"}
    assert not names & (strangers | {"bench", "demo", "deploy", "functions", "stack", "tests"})
    ours = {path.relative_to(ROOT / "shared") for path in (ROOT / "shared").rglob("*.py")}
    built = {path.relative_to(layer / "shared") for path in (layer / "shared").rglob("*.py")}
    assert ours - built == {Path("openapi.py")}
    assert built <= ours
    assert {path.suffix for path in (layer / "shared").rglob("*") if path.is_file()} <= {
        ".py",
        ".pyc",
    }


def test_the_layer_is_small(layer: Path, tmp_path: Path) -> None:
    files = [path for path in layer.rglob("*") if path.is_file()]
    archive = tmp_path / "layer.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for path in files:
            packed.write(path, path.relative_to(layer.parent))

    # With bytecode; Lambda allows 250 and 50.
    assert sum(path.stat().st_size for path in files) < 170 * MEGABYTE
    assert archive.stat().st_size < 45 * MEGABYTE


def test_bytecode_is_never_checked_against_the_source(importable: Path) -> None:
    sources = [path for path in importable.rglob("*.py") if "_testcapi" not in path.name]
    tag = sys.implementation.cache_tag

    for source in sources:
        compiled = source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc"
        assert compiled.exists(), source
        (flags,) = struct.unpack_from("<I", compiled.read_bytes(), 4)
        assert flags == 0b01, source


def test_no_bytecode_of_another_python(layer: Path) -> None:
    assert {path.name.split(".")[-2] for path in layer.rglob("*.pyc")} <= {"cpython-313"}


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Lambda's own Python brings: boto3 and what it needs."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six"):
        found = importlib.util.find_spec(name)
        assert found
        assert found.origin
        source = Path(found.origin)
        if source.name == "__init__.py":
            source = source.parent
        (folder / source.name).symlink_to(source)
    return folder


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every function is built of, each in a folder of its name."""
    folder = tmp_path_factory.mktemp("code")
    for name in FUNCTIONS:
        build_function(name, folder / name)
    return folder


@pytest.fixture(scope="module")
def imported(
    importable: Path, runtime: Path, code: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """What is heavy of what each function imports; a trace where it could not be imported."""
    found: dict[str, list[str]] = {}
    for names, brought in ((FUNCTIONS.keys() - AWS_CALLERS, ()), (AWS_CALLERS, (runtime,))):
        path = [str(each) for each in (importable, *brought)]
        handlers = {name: (FUNCTIONS[name].handler, str(code / name)) for name in names}
        ran = subprocess.run(
            [sys.executable, "-I", "-S", "-c", IMPORT, json.dumps(path), json.dumps(handlers)],
            env={},
            cwd=tmp_path_factory.mktemp("nowhere"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        found |= dict(map(json.loads, ran.stdout.splitlines()))
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_imports_with_nothing_but_the_layer(
    name: str, imported: dict[str, list[str]]
) -> None:
    assert imported[name] == (["boto3", "botocore.session"] if name in AWS_CALLERS else [])


def test_a_function_is_built_of_its_domain_and_those_below(tmp_path: Path) -> None:
    files = [path for path in build_function("MarketCommandsFunction", tmp_path).rglob("*")]

    assert {path.suffix for path in files if path.is_file()} == {".py"}
    assert {path.name for path in files if path.is_dir()} == {"functions", "escrow", "market"}


def test_the_layer_is_what_the_tests_run_on() -> None:
    deployed = pins(ROOT / "shared" / "requirements.txt")
    tested = pins(ROOT / "requirements.txt")

    assert "postgrest" in deployed
    assert deployed == {name: tested[name] for name in deployed}
