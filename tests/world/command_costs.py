"""What a command costs the database: statements, rows and index entries."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from stack.cluster import SUPERUSER, Cluster
from tests.world.world import World

# Of this transaction alone, and of this connection. An update that stays on its page writes no
# index; every other new version of a row has an entry in each index of its table.
_WRITTEN: LiteralString = """
select
    coalesce(sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del), 0)::integer,
    coalesce(sum((s.n_tup_ins + s.n_tup_upd - s.n_tup_hot_upd) * i.number), 0)::integer
from pg_stat_xact_user_tables as s
cross join lateral (
    select count(*) as number from pg_catalog.pg_index as i where i.indrelid = s.relid
) as i
"""


@dataclass(frozen=True)
class Cost:
    """statements: executed, those of functions and triggers too. rows: inserted, changed or
    deleted. entries: written to indexes."""

    statements: int
    rows: int
    entries: int
    texts: tuple[str, ...] = ()

    def within(self, most: "Cost") -> bool:
        return (
            self.statements <= most.statements
            and self.rows <= most.rows
            and self.entries <= most.entries
        )

    def __str__(self) -> str:
        return f"{self.statements} statements, {self.rows} rows, {self.entries} index entries"


def let_be_counted(database: Cluster) -> None:
    """Connections made after this tell of each statement they execute."""
    with database.connect(SUPERUSER) as admin:
        for setting in (
            "session_preload_libraries = 'auto_explain'",
            "auto_explain.log_nested_statements = on",
            "auto_explain.log_level = 'notice'",
        ):
            admin.execute(f"alter role postgres set {setting}".encode())
        admin.execute("grant set on parameter auto_explain.log_min_duration to postgres")


@contextmanager
def _told(connection: psycopg.Connection[Any]) -> Iterator[list[str]]:
    texts: list[str] = []

    def keep(notice: psycopg.errors.Diagnostic) -> None:
        said = notice.message_primary or ""
        if "Query Text:" in said:
            texts.append(said.split("Query Text:", 1)[1])

    connection.add_notice_handler(keep)
    connection.execute("set auto_explain.log_min_duration = 0")
    yield texts
    connection.execute("set auto_explain.log_min_duration = -1")
    connection.remove_notice_handler(keep)


def cost(world: World, act: Callable[[], object]) -> Cost:
    """What an act costs, with the checks of its commit."""
    rows, entries = world.rows(_WRITTEN)[0]
    with _told(world.connection) as texts:
        act()
    after = world.rows(_WRITTEN)[0]
    # The last one ends the telling.
    return Cost(len(texts), after[0] - rows, after[1] - entries, tuple(texts))
