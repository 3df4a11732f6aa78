"""What our tables hold, in one comparable value."""

from typing import Any

import psycopg
from psycopg import sql

# Sums of hashes do not depend on the order in which rows are read.
_TABLES = """
select n.nspname, c.relname
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'ledger', 'service', 'auth')
    and c.relkind in ('r', 'p') and not c.relispartition
order by 1, 2
"""


class Fingerprint:
    """Reads rows and hash sums of every table of ours, as the superuser."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        each = sql.SQL(
            "select {name}, count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) from {table} t"
        )
        self._query = sql.SQL(" union all ").join(
            each.format(name=sql.Literal(f"{schema}.{table}"), table=sql.Identifier(schema, table))
            for schema, table in connection.execute(_TABLES).fetchall()
        )

    def take(self) -> dict[str, tuple[int, Any]]:
        """Count and hash sum by table."""
        rows = self._connection.execute(self._query).fetchall()
        assert len(rows) > 20
        return {name: (count, hashed) for name, count, hashed in rows}
