"""Folders on this machine that hold what Lambda would have: a function's code, each of its layers,
and what its Python brings. They are links, so that code is read as it is now."""

import atexit
import contextlib
import tempfile
import threading
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from pathlib import Path

from stack.paths import NODE_MODULES
from stack.rundirs import run_directory
from stack.template import Function

# boto3 and what it needs.
_RUNTIME = (
    "boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3",
)  # fmt: skip
_lock = threading.Lock()


def code_path(function: Function) -> Path:
    """What a function is built of; a folder that its handler begins with is a package there."""
    code = function.code
    if not function.handler.startswith(f"{code.name}."):
        return code
    with _lock:
        return _linked(code)


def layer_path(layer: Path) -> Path:
    """What the layer of a folder holds: the packages of its requirements.txt, as they are installed
    here, the folder itself if it is a package, and the fonts of fonts.sha256."""
    own = [layer] if (layer / "__init__.py").exists() else []
    with _lock:
        linked = _linked(*own, *_installed(pins(layer / "requirements.txt")))
        fonts = linked / "contract_fonts"
        if (layer / "fonts.sha256").exists() and not fonts.exists():
            fonts.symlink_to(_linked(*_fonts(layer / "fonts.sha256")))
        return linked


def _fonts(listed: Path) -> list[Path]:
    return [NODE_MODULES / line.split("  ")[1] for line in listed.read_text().splitlines()]


def runtime_path() -> Path:
    """What Lambda's Python brings besides its standard library."""
    with _lock:
        return _linked(*_installed(_RUNTIME))


def pins(requirements: Path) -> dict[str, str]:
    """Names and versions of a file of requirements."""
    lines = [line for line in requirements.read_text().splitlines() if "==" in line]
    return dict(line.split(" ")[0].split("==") for line in lines)


@cache
def _home() -> Path:
    kept = contextlib.ExitStack()
    atexit.register(kept.close)
    return kept.enter_context(run_directory())


@cache
def _linked(*targets: Path) -> Path:
    """A folder with a link to each of them."""
    folder = Path(tempfile.mkdtemp(dir=_home()))
    for target in targets:
        (folder / target.name).symlink_to(target)
    return folder


def _installed(names: Iterable[str]) -> list[Path]:
    """The files and folders that packages have put beside all others."""
    found: set[Path] = set()
    for name in names:
        package = metadata.distribution(name)
        files = (package.read_text("RECORD") or "").splitlines()
        tops = {file.split(",")[0].partition("/")[0].strip('"') for file in files} - {".."}
        found |= {Path(str(package.locate_file(top))) for top in tops}
    return sorted(found)
