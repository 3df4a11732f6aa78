"""Which rows our tables hold, in one comparable value."""

from typing import Any

import psycopg
from psycopg import sql

_TABLES = """
select n.nspname, c.relname
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'ledger', 'service', 'auth')
    and c.relkind in ('r', 'p') and not c.relispartition
order by 1, 2
"""

# Where the next look begins, and whether a transaction since the last look may have left anything.
_SINCE = """
with now as (select pg_current_snapshot() as seen)
select pg_snapshot_xmin(seen)::text::bigint, exists (
    select from generate_series(%s::bigint, pg_snapshot_xmax(seen)::text::bigint - 1) as each
    where pg_xact_status(each::text::xid8) is distinct from 'aborted'
) from now
"""

Taken = dict[str, tuple[int, Any]]


class Fingerprint:
    """Counts the rows of every table of ours and sums who wrote them, as the superuser.

    Whoever writes has a higher number than all before: a row that is new or changed raises the
    sum, even one that was written as it was, and one that is deleted lowers the count.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        each = sql.SQL("select {name}, count(*), coalesce(sum(xmin::text::bigint), 0) from {table}")
        self._query = sql.SQL(" union all ").join(
            each.format(name=sql.Literal(f"{schema}.{table}"), table=sql.Identifier(schema, table))
            for schema, table in connection.execute(_TABLES).fetchall()
        )
        self._since = 3  # The first number of a transaction that there is.
        self._last: Taken = {}

    def take(self) -> Taken:
        """Count and sum by table."""
        row = self._connection.execute(_SINCE, [self._since]).fetchone()
        assert row
        self._since, perhaps = row
        # Most commands are refused: what they wrote was rolled back, and nothing is to be read.
        if perhaps or not self._last:
            rows = self._connection.execute(self._query).fetchall()
            assert len(rows) > 20
            self._last = {name: (count, summed) for name, count, summed in rows}
        return dict(self._last)
