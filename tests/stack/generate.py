"""make gen: writes every generated file from a fresh stack; --check only compares."""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.stack import generators
from tests.stack.paths import ROOT
from tests.stack.processes import exit_on_sigterm
from tests.stack.stack import Stack


def contents(stack: Stack) -> Iterator[tuple[Path, str]]:
    """Path and content of each file that a generator makes."""
    for found in sorted(pkgutil.iter_modules(generators.__path__), key=lambda item: item.name):
        module = importlib.import_module(f"{generators.__name__}.{found.name}")
        yield ROOT / module.OUTPUT, module.generate(stack)


def stale(made: Mapping[Path, str]) -> list[Path]:
    """The files that are missing or say something else than what was made for them."""
    return [
        path for path, content in made.items() if not path.exists() or path.read_text() != content
    ]


def _write(stack: Stack) -> None:
    for path, content in contents(stack):
        path.parent.mkdir(parents=True, exist_ok=True)
        changed = not path.exists() or path.read_text() != content
        if changed:
            path.write_text(content)
        print(f"gen: {path.relative_to(ROOT)} {'written' if changed else 'unchanged'}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make gen", description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    exit_on_sigterm()
    with Stack.start(clock=False) as stack:
        if not check:
            _write(stack)
            return 0
        outdated = stale(dict(contents(stack)))
    for path in outdated:
        print(f"gen: {path.relative_to(ROOT)} is out of date: run `make gen`", file=sys.stderr)
    return 1 if outdated else 0


if __name__ == "__main__":
    sys.exit(main())
