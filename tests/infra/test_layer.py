"""The layers fit Lambda; functions find in theirs all that they import, and carry no other."""

import json
import shutil
import struct
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from functions.documents.fonts import FONTS
from stack.layers import pins, runtime_path
from stack.paths import NODE_MODULES, ROOT
from tests.infra.build import (
    FUNCTIONS,
    LAYERS,
    build_function,
    build_layer,
    build_layer_for_this_python,
)

LAMBDA_MACHINE = 183  # ELF e_machine of 64-bit ARM
MEGABYTE = 1024 * 1024
# With bytecode, and as a zip; Lambda allows 250 and 50 for all layers of a function.
LIMITS = {
    "SharedLayer": (30, 11),
    "StripeLayer": (30, 10),
    "ChainLayer": (4, 3),
    "TokensLayer": (30, 10),
    "DocumentsLayer": (90, 36),
    "PagesLayer": (4, 2),
}
# Who carries more than what all functions share.
NEEDS = {
    "StripeLayer": {
        "CardPaymentFunction",
        "StripeInboxFunction",
        "StripePollFunction",
        "StripePayoutsFunction",
        "StripeCompareFunction",
    },
    "ChainLayer": {
        "EvmCommandsFunction",
        "EvmWatchFunction",
        "EvmPayoutsFunction",
        "EvmCompareFunction",
        "CoinCommandsFunction",
        "GatewayMethodsFunction",
        "GatewayPagesFunction",
    },
    "TokensLayer": {"ApiTokensFunction"},
    "DocumentsLayer": {"DocumentsFunction"},
    "PagesLayer": {"AccountPagesFunction", "GatewayPagesFunction", "MessagePagesFunction"},
}
# They call AWS and nobody waits for their first start; of the hooks of Auth it has five seconds.
AWS_CALLERS = {
    "AuthHooksFunction",
    "MessageDeliverFunction",
    "MessageRelayFunction",
    "EvidenceFunction",
    "ImagesFunction",
    "DocumentCommandsFunction",
    "DataExportCommandsFunction",
    "DataExportsFunction",
    "DocumentsFunction",
    "RelayFunction",
}

# As Lambda starts them: no site packages, the code first on the path, then the layers. Each is
# imported by a fork of its own of a process that has what is slow and the same for all. Told of
# each: what is heavy of what it imported and, by its place, each layer that it used.
IMPORT = """
import importlib, json, os, sys, traceback
layers = json.loads(sys.argv[1])
sys.path[:0] = layers + json.loads(sys.argv[2])
for library in ("aws_lambda_powertools.event_handler", "httpx", "pydantic", "shared.api"):
    importlib.import_module(library)
heavy = {"boto3", "botocore.session", "aws_xray_sdk", "h2"}
assert not heavy & set(sys.modules)
for name, (handler, code) in json.loads(sys.argv[3]).items():
    if os.fork():
        os.wait()
        continue
    sys.path.insert(0, code)
    os.environ["AWS_LAMBDA_FUNCTION_NAME"] = name
    found, used = [], []
    try:
        module, _, attribute = handler.rpartition(".")
        assert callable(getattr(importlib.import_module(module), attribute))
        files = [getattr(module, "__file__", None) or "" for module in sys.modules.values()]
        assert not [file for file in files if "site-packages" in file]
        found = sorted(heavy & set(sys.modules))
        used = [layer for layer in layers if any(file.startswith(layer) for file in files)]
    except BaseException:
        found = [traceback.format_exc()]
    print(json.dumps([name, found, used]), flush=True)
    os._exit(0)
"""


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("layers")
    with ThreadPoolExecutor(2) as pool:
        built = pool.map(lambda name: build_layer(name, folder / name), LAYERS)
        return dict(zip(LAYERS, built, strict=True))


@pytest.fixture(scope="module")
def importable(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("importable")
    return {name: build_layer_for_this_python(name, folder / name) for name in LAYERS}


@pytest.mark.parametrize("name", LAYERS)
def test_binaries_are_for_lambda(layers: dict[str, Path], name: str) -> None:
    for library in layers[name].rglob("*.so"):
        (machine,) = struct.unpack_from("<H", library.read_bytes(), 18)
        assert machine == LAMBDA_MACHINE, library
        tag = library.name.partition(".")[2]
        assert tag in ("cpython-313-aarch64-linux-gnu.so", "abi3.so")


def test_the_layers_hold_what_they_should_and_no_more(layers: dict[str, Path]) -> None:
    names = {layer: {path.name for path in layers[layer].iterdir()} for layer in layers}

    assert {"shared", "pydantic", "aws_lambda_powertools"} <= names["SharedLayer"]
    assert {"stripe", "requests"} <= names["StripeLayer"]
    assert {"coincurve"} <= names["ChainLayer"]
    assert {"cryptography", "jwt"} <= names["TokensLayer"]
    assert {"fpdf", "fontTools", "PIL", "uharfbuzz"} <= names["DocumentsLayer"]
    assert {"jinja2", "segno", "web"} <= names["PagesLayer"]
    strangers = {"boto3", "botocore", "aws_xray_sdk", "supabase", "bin"}
    strangers |= {"bench", "demo", "deploy", "functions", "stack", "tests"}
    twice = [name for layer in names.values() for name in layer]
    assert not strangers & set(twice)
    assert len(twice) == len(set(twice))


def test_the_layer_of_all_functions_holds_what_they_share(layers: dict[str, Path]) -> None:
    layer = layers["SharedLayer"]
    ours = {path.relative_to(ROOT / "shared") for path in (ROOT / "shared").rglob("*.py")}
    built = {path.relative_to(layer / "shared") for path in (layer / "shared").rglob("*.py")}

    assert ours - built == {Path("openapi.py")}
    assert built <= ours
    assert {path.suffix for path in (layer / "shared").rglob("*") if path.is_file()} <= {
        ".py",
        ".pyc",
    }


def test_the_layer_of_documents_holds_their_fonts(layers: dict[str, Path]) -> None:
    held = {path.name for path in (layers["DocumentsLayer"] / "contract_fonts").iterdir()}

    assert held == {f"{font}_400Regular.ttf" for font in FONTS}


def test_a_font_that_is_not_the_pinned_one_is_refused(tmp_path: Path) -> None:
    here = tmp_path / "layers" / "documents"
    shutil.copytree(LAYERS["DocumentsLayer"], here)
    pinned = (here / "fonts.sha256").read_text()
    (here / "fonts.sha256").write_text(pinned.replace(pinned[:8], "00000000", 1))
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    said = subprocess.run(
        [sys.executable, here / "fonts.py", tmp_path / "contract_fonts"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert said.returncode == 1
    assert "is not the font of fonts.sha256" in said.stderr


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_small(layers: dict[str, Path], name: str, tmp_path: Path) -> None:
    files = [path for path in layers[name].rglob("*") if path.is_file()]
    archive = tmp_path / "layer.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for path in files:
            packed.write(path, path.relative_to(layers[name].parent))

    unpacked, zipped = LIMITS[name]
    assert sum(path.stat().st_size for path in files) < unpacked * MEGABYTE
    assert archive.stat().st_size < zipped * MEGABYTE


@pytest.mark.parametrize("name", LAYERS)
def test_bytecode_is_never_checked_against_the_source(
    importable: dict[str, Path], name: str
) -> None:
    sources = [path for path in importable[name].rglob("*.py") if "_testcapi" not in path.name]
    tag = sys.implementation.cache_tag

    for source in sources:
        compiled = source.parent / "__pycache__" / f"{source.stem}.{tag}.pyc"
        assert compiled.exists(), source
        (flags,) = struct.unpack_from("<I", compiled.read_bytes(), 4)
        assert flags == 0b01, source


@pytest.mark.parametrize("name", LAYERS)
def test_no_bytecode_of_another_python(layers: dict[str, Path], name: str) -> None:
    assert {path.name.split(".")[-2] for path in layers[name].rglob("*.pyc")} <= {"cpython-313"}


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What every function is built of. Of those that are built of the same, one folder stands for
    all: it is compiled once."""
    folder = tmp_path_factory.mktemp("code")
    built = {name: build_function(name, folder / name) for name in FUNCTIONS}
    alike = {_content(each): each for each in built.values()}
    return {name: alike[_content(each)] for name, each in built.items()}


def _content(folder: Path) -> frozenset[tuple[Path, bytes]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return frozenset((path.relative_to(folder), path.read_bytes()) for path in files)


def _carried(name: str) -> list[str]:
    """The layers of a function."""
    names = {folder: layer for layer, folder in LAYERS.items()}
    return [names[folder] for folder in FUNCTIONS[name].layers]


@pytest.fixture(scope="module")
def imported(
    importable: dict[str, Path], code: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[list[str], list[str]]]:
    """What is heavy of what each function imports, or a trace where it could not be imported; and
    the layers that it uses."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    kinds = {(tuple(_carried(name)), name in AWS_CALLERS) for name in FUNCTIONS}
    for carried, calls_aws in sorted(kinds):
        brought = [str(runtime_path())] if calls_aws else []
        handlers = {
            name: (function.handler, str(code[name]))
            for name, function in FUNCTIONS.items()
            if (tuple(_carried(name)), name in AWS_CALLERS) == (carried, calls_aws)
        }
        places = [str(importable[layer]) for layer in carried]
        ran = subprocess.run(
            [
                sys.executable,
                "-I",
                "-S",
                "-c",
                IMPORT,
                *map(json.dumps, (places, brought, handlers)),
            ],
            env={},
            cwd=tmp_path_factory.mktemp("nowhere"),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        for name, heavy, used in map(json.loads, ran.stdout.splitlines()):
            found[name] = heavy, [carried[places.index(place)] for place in used]
    return found


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_imports_with_nothing_but_its_layers(
    name: str, imported: dict[str, tuple[list[str], list[str]]]
) -> None:
    heavy, used = imported[name]

    assert heavy == (["boto3", "botocore.session"] if name in AWS_CALLERS else [])
    assert used == _carried(name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_carries_what_all_share_and_what_it_needs(name: str) -> None:
    more = [layer for layer, users in NEEDS.items() if name in users]

    assert _carried(name) == ["SharedLayer", *more]


def test_a_function_is_built_of_its_domain_and_those_below(tmp_path: Path) -> None:
    files = [path for path in build_function("MarketCommandsFunction", tmp_path).rglob("*")]

    assert {path.suffix for path in files if path.is_file()} == {".py"}
    assert {path.name for path in files if path.is_dir()} == {"functions", "escrow", "market"}


def test_the_reference_is_built_with_what_it_serves(tmp_path: Path) -> None:
    built = build_function("ReferenceFunction", tmp_path / "code") / "functions/reference"

    assert {"docs.html", "openapi.json"} <= {each.name for each in built.iterdir()}


def test_the_layers_are_what_the_tests_run_on() -> None:
    tested = pins(ROOT / "requirements.txt")
    deployed = [pins(folder / "requirements.txt") for folder in LAYERS.values()]
    names = [name for layer in deployed for name in layer]

    assert {"httpx", "stripe", "coincurve", "fpdf2"} <= set(names)
    assert len(names) == len(set(names)), "one package in two layers"
    for layer in deployed:
        assert layer == {name: tested[name] for name in layer}
