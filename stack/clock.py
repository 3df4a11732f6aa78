"""The movable clock of a stack."""

from datetime import datetime, timedelta
from pathlib import Path

from stack.cluster import Cluster

_SQL = Path(__file__).with_name("clock.sql")


class Clock:
    """What the product takes for now; moved by tests, the demo and `make clock`."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def install(self) -> None:
        """Replace private.clock(), once per data directory."""
        if not self.is_movable():
            with self._cluster.connect() as connection, connection.transaction():
                connection.execute(_SQL.read_bytes())

    def is_movable(self) -> bool:
        """Whether this database has a clock that moves."""
        return self._cluster.execute("select to_regclass('stack.clock_offset')") != [(None,)]

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

    def ahead(self) -> timedelta:
        """How far it was moved; nothing where it cannot be."""
        if not self.is_movable():
            return timedelta()
        amount: timedelta = self._cluster.execute("select amount from stack.clock_offset")[0][0]
        return amount

    def _change(self, sql: str, amount: timedelta, *, awake: bool = True) -> None:
        # Together, or a sweep between the two would find that it had been away.
        with self._cluster.connect() as connection, connection.transaction():
            connection.execute(sql.encode(), [amount])
            if awake:
                # The sweep was there all the time: else it would give the time back.
                connection.execute(
                    "update private.sweep_ticks set last_at = private.clock() "
                    "where last_at is not null"
                )
