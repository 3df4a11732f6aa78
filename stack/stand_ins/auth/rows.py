"""Auth's rows: statements as Auth's own role, in transactions."""

import contextlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, LiteralString

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Composed, Identifier
from psycopg.types.json import Jsonb

from stack.cluster import Cluster
from stack.stand_ins.auth.refusals import Refused, failed

ROLE = "supabase_auth_admin"

Row = dict[str, Any]


class Rows:
    """One connection of Auth's role. Rows are dictionaries."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def all(self, statement: LiteralString, *values: Any) -> list[DictRow]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement, values).fetchall()

    def one(self, statement: LiteralString, *values: Any) -> Row | None:
        found = self.all(statement, *values)
        return found[0] if found else None

    def run(self, statement: LiteralString, *values: Any) -> None:
        self._connection.execute(statement, values)

    def value(self, statement: Composed, *values: Any) -> Any:
        """The one value of the one row."""
        row = self._connection.execute(statement, values).fetchone()
        return row[0] if row else None

    def insert(self, table: str, **columns: Any) -> None:
        """A new row of auth.<table>."""
        self._connection.execute(
            SQL("insert into auth.{} ({}) values ({})").format(
                Identifier(table),
                SQL(", ").join(map(Identifier, columns)),
                SQL(", ").join(SQL("%s") * len(columns)),
            ),
            _stored(columns.values()),
        )

    def update(self, table: str, row_id: Any, **columns: Any) -> None:
        """Change a row of auth.<table>, and when it was changed."""
        changed = columns | {"updated_at": now()}
        self._connection.execute(
            SQL("update auth.{} set {} where id = %s").format(
                Identifier(table),
                SQL(", ").join(SQL("{} = %s").format(Identifier(name)) for name in changed),
            ),
            [*_stored(changed.values()), row_id],
        )

    def delete(self, table: str, user_id: Any) -> None:
        """All of a user's rows in auth.<table>."""
        statement = SQL("delete from auth.{} where user_id = %s").format(Identifier(table))
        self._connection.execute(statement, [user_id])

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        with self._connection.transaction():
            yield


def _stored(values: Any) -> Sequence[Any]:
    return [Jsonb(value) if isinstance(value, dict | list) else value for value in values]


@contextlib.contextmanager
def connected(cluster: Cluster) -> Iterator[Rows]:
    """A connection in which each statement commits by itself."""
    refused = None
    with cluster.connect(ROLE) as connection:
        try:
            yield Rows(connection)
        except Refused as error:
            # Nothing is wrong with the connection: it is lent again.
            refused = error
    if refused:
        raise refused


@contextlib.contextmanager
def transaction(cluster: Cluster) -> Iterator[Rows]:
    """A connection in one transaction."""
    with connected(cluster) as rows, rows.transaction():
        yield rows


@contextlib.contextmanager
def saving(what: str) -> Iterator[None]:
    """A trigger that fails is a failure of Auth: 500 for the person."""
    try:
        yield
    except psycopg.Error as error:
        raise failed(f"Database error {what}") from error


def now() -> datetime:
    return datetime.now(UTC)


def iso(moment: datetime | None) -> str | None:
    """As Auth writes a time."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
