"""Builds of the layers and of functions, made as `sam build` makes them."""

import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from stack.layers import pins
from stack.template import functions, load, resources

LAYERS = {
    name: Path(layer["ContentUri"])
    for name, layer in resources(load(), "AWS::Serverless::LayerVersion").items()
}
FUNCTIONS = functions(load())


def build_layer(name: str, target: Path, **variables: str) -> Path:
    """A layer in a folder; variables of layers/layer.mk override what Lambda gets."""
    _make(LAYERS[name], name, target, PYTHON=sys.executable, **variables)
    return target / "python"


def build_layer_for_this_python(name: str, target: Path) -> Path:
    """A layer as this interpreter can import it, of the packages that it has itself.

    They are those of the layer: test_the_layers_are_what_the_tests_run_on.
    """
    copied = target / "copied"
    for package in pins(LAYERS[name] / "requirements.txt"):
        for file in metadata.files(package) or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                place = copied / file
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), place)
    return build_layer(
        name,
        target,
        INSTALL=f"mv '{copied}' '{target / 'python'}'",
        LAYER_PYTHON_VERSION="{}.{}".format(*sys.version_info),
        BYTECODE_PYTHON=sys.executable,
    )


def build_function(name: str, target: Path) -> Path:
    """The code of a function in a folder."""
    _make(FUNCTIONS[name].code, name, target)
    return target


def _make(folder: Path, name: str, target: Path, **variables: str) -> None:
    target.mkdir(parents=True, exist_ok=True)
    settings = [f"{key}={value}" for key, value in variables.items()]
    subprocess.run(
        ["make", f"--makefile={folder / 'Makefile'}", f"build-{name}", f"ARTIFACTS_DIR={target}",
         *settings],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )  # fmt: skip
