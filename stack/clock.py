"""The movable clock of a stack."""

from datetime import datetime, timedelta
from pathlib import Path

from stack.cluster import Cluster

_SQL = Path(__file__).with_name("clock.sql")


class Clock:
    """What the product takes for now; only ever moved by tests and the demo."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def install(self) -> None:
        """Replace private.clock(), once per data directory."""
        with self._cluster.connect() as connection:
            there = connection.execute("select to_regclass('stack.clock_offset')").fetchone()
            if there == (None,):
                with connection.transaction():
                    connection.execute(_SQL.read_bytes())

    def advance(self, **amount: float) -> None:
        """Move on by a timedelta's keywords: advance(minutes=16)."""
        self._change("update stack.clock_offset set amount = amount + %s", timedelta(**amount))

    def sleep(self, **amount: float) -> None:
        """Move on, and nothing of the product ran meanwhile."""
        moved = "update stack.clock_offset set amount = amount + %s"
        self._change(moved, timedelta(**amount), awake=False)

    def reset(self) -> None:
        """Show real time again."""
        self._change("update stack.clock_offset set amount = %s", timedelta())

    def now(self) -> datetime:
        """The product's current time."""
        row = self._cluster.execute("select private.clock()")[0]
        now: datetime = row[0]
        return now

    def _change(self, sql: str, amount: timedelta, *, awake: bool = True) -> None:
        with self._cluster.connect() as connection:
            connection.execute(sql.encode(), [amount])
            if awake:
                # The sweep was there all the time: else it would give the time back.
                connection.execute(
                    "update private.sweep_ticks set last_at = private.clock() "
                    "where last_at is not null"
                )
