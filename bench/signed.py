"""Escrows of signed contracts that wait for the money of their buyers."""

from dataclasses import dataclass

from bench.load import SCRIPTS
from stack.stack import Stack


@dataclass(frozen=True)
class Signed:
    """One milestone of one unit of the currency."""

    escrow_id: str
    buyer_id: str


def prepare(stack: Stack) -> None:
    """Make the functions that sign contracts; bench.world comes first."""
    with stack.connect() as connection:
        connection.execute((SCRIPTS / "signed.sql").read_bytes())


def escrows(stack: Stack, rail: str, currency: str, count: int, people: int) -> list[Signed]:
    """An even number of them, two of each contract."""
    with stack.connect() as connection:
        rows = connection.execute(
            "select escrow_id::text, buyer_id::text from bench.sign(%s, %s, %s, %s)",
            [count // 2, people, rail, currency],
        ).fetchall()
    return [Signed(*row) for row in rows]
