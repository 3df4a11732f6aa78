"""make gen: writes every generated file from a fresh stack; --check only compares."""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Iterator
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


def stale(stack: Stack) -> list[Path]:
    """The generated files that are missing or out of date."""
    return [
        path
        for path, content in contents(stack)
        if not path.exists() or path.read_text() != content
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
        outdated = stale(stack)
    for path in outdated:
        print(f"gen: {path.relative_to(ROOT)} is out of date: run `make gen`", file=sys.stderr)
    return 1 if outdated else 0


if __name__ == "__main__":
    sys.exit(main())
