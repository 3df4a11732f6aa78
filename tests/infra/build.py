"""Builds of the layer and of a function, made as `sam build` makes them."""

import subprocess
import sys
from pathlib import Path

from stack.paths import ROOT


def build_layer(target: Path, **variables: str) -> Path:
    """The layer in a folder; variables of shared/Makefile override what Lambda gets."""
    _make(ROOT / "shared", "SharedLayer", target, PYTHON=sys.executable, **variables)
    return target / "python"


def build_layer_for_this_python(target: Path) -> Path:
    """The layer as this interpreter can import it."""
    version = "{}.{}".format(*sys.version_info)
    return build_layer(
        target,
        LAYER_PYTHON_VERSION=version,
        LAYER_PLATFORMS="",
        BYTECODE_PYTHON=sys.executable,
    )


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
