"""`select=*` works wherever somebody may read at all: a client that is generated or written by hand
begins with it."""

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import TupleRow

from stack.cluster import Cluster

_READABLE = """
select c.relname from pg_class as c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
    and not c.relispartition and has_any_column_privilege(%s, c.oid, 'select')
order by 1
"""


def refuses(connection: psycopg.Connection[TupleRow], role: str, relation: str) -> bool:
    """Whether the role is refused every column of a relation that it may read in part."""
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
        try:
            with connection.transaction():
                name = sql.Identifier("public", relation)
                connection.execute(sql.SQL("select * from {} limit 0").format(name))
        except psycopg.errors.InsufficientPrivilege:
            return True
    return False


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_all_columns_are_read_together(database: Cluster, role: str) -> None:
    with database.connect("postgres") as connection:
        names = [name for (name,) in connection.execute(_READABLE, [role]).fetchall()]
        found = [name for name in names if refuses(connection, role, name)]

    assert role == "service_role" or names
    assert not found
