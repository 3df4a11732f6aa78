"""`python -m tests.mutation [text]`: break the engine in each way and run what should notice.

Exit status 1 when a mutant (those whose name contains the text) survives.
"""

import contextlib
import io
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.mutation.mutants import MUTANTS, Mutant
from tests.stack.cluster import Cluster
from tests.stack.processes import exit_on_sigterm

HERE = Path("tests/db")


class Breaker:
    """Puts a mutant into the database of each test file."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    @pytest.fixture(scope="module", autouse=True)
    def broken(self, database: Cluster) -> None:
        try:
            with database.connect() as owner:
                owner.execute(self._mutant.statement(owner).encode())
        except (ValueError, psycopg.Error) as error:
            pytest.exit(f"{self._mutant.name}: {error}", 3)


def killed_by(mutant: Mutant) -> str | None:
    """The first file of tests that fails; None: the mutant survives."""
    for name in mutant.tests:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            code = pytest.main(
                ["-q", "-x", "--no-header", "-p", "no:xdist", str(HERE / f"test_{name}.py")],
                plugins=[Breaker(mutant)],
            )
        if code == pytest.ExitCode.TESTS_FAILED:
            return name
        if code != pytest.ExitCode.OK:
            sys.exit(f"{mutant.name}: {said.getvalue()}")
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
        fate = f"killed by {killer}" if killer else "SURVIVES"
        took = time.monotonic() - began
        print(f"{mutant.function:40} {mutant.name:48} {fate:28} {took:4.0f} s", flush=True)
    print(f"mutants: {len(wanted)} made, {len(wanted) - len(alive)} killed, {len(alive)} survive")
    sys.exit(bool(alive))


if __name__ == "__main__":
    main()
