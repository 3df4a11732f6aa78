"""Applies the access surface: every policy file in one transaction.

Also the deployment step after the migrations:

    python -m deploy.policies postgresql://…
"""

import sys
import time
from pathlib import Path

import psycopg

SUPABASE = Path(__file__).resolve().parents[1] / "supabase"
LOCK_TIMEOUT = "3s"
ATTEMPTS = 10


class ClockMoves(RuntimeError):
    """The database is one of the local stack: whoever moves its clock moves every deadline."""


class PolicyFailed(RuntimeError):
    """A policy file was refused; nothing of any file was kept."""


def policy_files(source: Path = SUPABASE) -> list[Path]:
    return sorted((source / "policies").glob("*.sql"))


def _apply_once(url: str, files: list[Path]) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
        for file in files:
            try:
                connection.execute(file.read_bytes())
            except psycopg.errors.LockNotAvailable:
                raise
            except psycopg.Error as error:
                raise PolicyFailed(f"{file.name}: {error}") from error


def apply_policies(url: str, *, source: Path = SUPABASE) -> None:
    """Apply all files or none; waits for busy tables in short turns. Raises PolicyFailed.

    Policy changes lock the tables they touch, so a long wait would hold up every
    request queued behind it: give up the locks early and come back.
    """
    files = policy_files(source)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _apply_once(url, files)
        except psycopg.errors.LockNotAvailable as error:
            if attempt == ATTEMPTS:
                raise PolicyFailed(f"tables stayed locked for {ATTEMPTS} attempts") from error
            time.sleep(attempt / 2)


def refuse_movable_clock(url: str) -> None:
    """Nothing is deployed whose clock anybody can move. Raises ClockMoves."""
    with psycopg.connect(url) as connection:
        if connection.execute("select to_regnamespace('stack')").fetchone() != (None,):
            raise ClockMoves("this database has the movable clock of the local stack")


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        refuse_movable_clock(sys.argv[1])
        apply_policies(sys.argv[1])
    except (ClockMoves, PolicyFailed, psycopg.OperationalError) as error:
        print(f"policies: {error}", file=sys.stderr)
        return 1
    print(f"policies: {len(policy_files())} files applied")
    return 0


if __name__ == "__main__":
    sys.exit(main())
