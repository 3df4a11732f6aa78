"""make gen: writes every generated file from a fresh stack; --check only compares.

Files of the product are made by stack.generators; other packages of generators may be named.
"""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from stack.paths import ROOT
from stack.processes import exit_on_sigterm
from stack.stack import Stack

_OF_THE_PRODUCT = "stack.generators"


def contents(stack: Stack, packages: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """Path and content of each file that a generator makes."""
    for name in (_OF_THE_PRODUCT, *packages):
        package = importlib.import_module(name)
        for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
            module = importlib.import_module(f"{name}.{found.name}")
            yield ROOT / module.OUTPUT, module.generate(stack)


def stale(made: Mapping[Path, str]) -> list[Path]:
    """The files that are missing or say something else than what was made for them."""
    return [
        path for path, content in made.items() if not path.exists() or path.read_text() != content
    ]


def _write(stack: Stack, packages: Sequence[str]) -> None:
    for path, content in contents(stack, packages):
        path.parent.mkdir(parents=True, exist_ok=True)
        changed = not path.exists() or path.read_text() != content
        if changed:
            path.write_text(content)
        print(f"gen: {path.relative_to(ROOT)} {'written' if changed else 'unchanged'}")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make gen", description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("packages", nargs="*")
    given = parser.parse_args()
    exit_on_sigterm()
    with Stack.start(clock=False) as stack:
        if not given.check:
            _write(stack, given.packages)
            return 0
        outdated = stale(dict(contents(stack, given.packages)))
    for path in outdated:
        print(f"gen: {path.relative_to(ROOT)} is out of date: run `make gen`", file=sys.stderr)
    return 1 if outdated else 0


if __name__ == "__main__":
    sys.exit(main())
