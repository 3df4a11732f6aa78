"""`python -m tests.mutation [text]`: break the product in each way and run what should notice.

Exit status 1 when a mutant (those whose name contains the text) survives.
"""

import contextlib
import io
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest

from stack.cluster import Clone
from stack.paths import NODE_MODULES, ROOT, STATE
from stack.processes import exit_on_sigterm
from tests.mutation.mutants import MUTANTS, Mutant

_OPTIONS = ("-q", "-x", "--no-header", "-p", "no:xdist", "-p", "no:cacheprovider")

Run = Callable[[str], tuple[int, str]]
"""Runs a test: pytest's exit status, and what it said."""


@contextlib.contextmanager
def broken_database(mutant: Mutant) -> Iterator[Run]:
    """Every database that a test file gets is broken when it gets it."""
    start = Clone.start

    def broken(database: Clone) -> None:
        start(database)
        try:
            with database.connect() as owner:
                owner.execute(mutant.statement(owner).encode())
        except (ValueError, psycopg.Error) as error:
            pytest.exit(f"{mutant.name}: {error}", 3)

    def run(node: str) -> tuple[int, str]:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            return int(pytest.main([*_OPTIONS, node])), said.getvalue()

    with patch.object(Clone, "start", broken):
        yield run


@contextlib.contextmanager
def broken_tree(mutant: Mutant) -> Iterator[Run]:
    """A copy of the tree with the file broken; the prepared database and programs are shared."""
    with tempfile.TemporaryDirectory(prefix="holdfast-mutant-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*", "node_modules"))
        STATE.mkdir(exist_ok=True)
        for shared in (STATE, NODE_MODULES, ROOT / ".stamps"):
            (tree / shared.name).symlink_to(shared)
        (tree / mutant.place).write_text(mutant.source())

        def run(node: str) -> tuple[int, str]:
            command = [sys.executable, "-m", "pytest", *_OPTIONS, node]
            done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
            return done.returncode, done.stdout + done.stderr

        yield run


def killed_by(mutant: Mutant) -> str | None:
    """The first test, or file of tests, that fails; None: the mutant survives."""
    with (broken_tree if mutant.in_python else broken_database)(mutant) as run:
        for name, node in zip(mutant.tests, mutant.nodes(), strict=True):
            code, said = run(node)
            if code == pytest.ExitCode.TESTS_FAILED:
                return name
            if code != pytest.ExitCode.OK:
                sys.exit(f"{mutant.name}: {said}")
    return None


def main() -> None:
    exit_on_sigterm()
    wanted = [mutant for mutant in MUTANTS if "".join(sys.argv[1:]) in mutant.name]
    alive = []
    for mutant in wanted:
        began = time.monotonic()
        killer = killed_by(mutant)
        if killer is None:
            alive.append(mutant)
        outcome = f"killed by {killer}" if killer else "SURVIVES"
        took = time.monotonic() - began
        print(f"{mutant.place:40} {mutant.name:56} {outcome} {took:.0f} s", flush=True)
    print(f"mutants: {len(wanted)} made, {len(wanted) - len(alive)} killed, {len(alive)} survive")
    sys.exit(bool(alive))


if __name__ == "__main__":
    main()
