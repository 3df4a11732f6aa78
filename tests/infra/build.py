"""Builds of the layer and of a function, made as `sam build` makes them."""

import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from stack.paths import ROOT


def build_layer(target: Path, **variables: str) -> Path:
    """The layer in a folder; variables of shared/Makefile override what Lambda gets."""
    _make(ROOT / "shared", "SharedLayer", target, PYTHON=sys.executable, **variables)
    return target / "python"


def build_layer_for_this_python(target: Path) -> Path:
    """The layer as this interpreter can import it, of the packages that it has itself.

    They are those of the layer: test_the_layer_is_what_the_tests_run_on.
    """
    copied = target / "copied"
    for name in pins(ROOT / "shared" / "requirements.txt"):
        for file in metadata.files(name) or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                place = copied / file
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), place)
    return build_layer(
        target,
        INSTALL=f"mv '{copied}' '{target / 'python'}'",
        LAYER_PYTHON_VERSION="{}.{}".format(*sys.version_info),
        BYTECODE_PYTHON=sys.executable,
    )


def pins(requirements: Path) -> dict[str, str]:
    """Names and versions of a file of requirements."""
    lines = [line for line in requirements.read_text().splitlines() if "==" in line]
    return dict(line.split(" ")[0].split("==") for line in lines)


def build_function(name: str, target: Path) -> Path:
    """The code of a function in a folder."""
    _make(ROOT / "functions", name, target)
    return target


def _make(folder: Path, name: str, target: Path, **variables: str) -> None:
    target.mkdir(parents=True, exist_ok=True)
    settings = [f"{key}={value}" for key, value in variables.items()]
    subprocess.run(
        ["make", f"build-{name}", f"ARTIFACTS_DIR={target}", *settings],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
