"""The access matrix: which role reaches which table, column, row and function.

Privileges come from the catalog; what row level security does with them is tried
out with the affairs of two couples. Written to tests/db/access_matrix.txt by
`make gen`.
"""

from collections.abc import Iterator
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from tests.db.affairs import Affairs, affairs
from tests.db.books import SCHEMAS, tables
from tests.db.probes import OWN, PROBES
from tests.db.world import Connection, World
from tests.stack.identity import API_ROLES, as_owner, as_role, as_user

_HEAD = """\
Who reaches what. Written by `make gen`; do not edit. Nothing else is granted to anybody.

Rows: what a role sees of the rows of two couples, each with a dispute, a trade and orders.
  .     no privilege        none  a privilege, but no row
  own   some of the rows    all   every row
"""


def matrix(connection: Connection) -> str:
    """The whole matrix as text. Leaves nothing of what it tries out."""
    with connection.transaction(force_rollback=True):
        world = World(connection)
        first, second = affairs(world), affairs(world)
        parts = (
            _schemas(world),
            _functions(world),
            _columns(world),
            _rows(world, first),
            _writes(world, first, second),
        )
        return "\n".join((_HEAD, *("\n".join(lines) + "\n" for lines in parts)))


def relations(world: World) -> list[str]:
    """Tables without their partitions, and views."""
    views = world.rows(
        "select n.nspname || '.' || c.relname from pg_class as c "
        "join pg_namespace as n on n.oid = c.relnamespace "
        "where n.nspname = any (%s) and c.relkind in ('v', 'm')",
        SCHEMAS,
    )
    return sorted((*tables(world, partitions=False), *(row[0] for row in views)))


def _schemas(world: World) -> Iterator[str]:
    yield "SCHEMAS"
    for schema in SCHEMAS:
        roles = _holders(world, "has_schema_privilege(r, %s, 'usage')", schema)
        yield f"  {schema:60} {' '.join(roles) or '.'}"


def _holders(world: World, test: LiteralString, *values: Any) -> list[str]:
    rows = world.rows(
        "select r from unnest(%s::text[]) with ordinality as x (r, n) where "
        + test + " order by n",
        list(API_ROLES), *values,
    )  # fmt: skip
    return [row[0] for row in rows]


def _functions(world: World) -> Iterator[str]:
    yield "FUNCTIONS"
    listed = world.rows(
        "select p.oid, n.nspname || '.' || p.proname || '(' || "
        "oidvectortypes(p.proargtypes) || ')' from pg_proc as p "
        "join pg_namespace as n on n.oid = p.pronamespace where n.nspname = any (%s) order by 2",
        SCHEMAS,
    )
    for oid, name in listed:
        if roles := _holders(world, "has_function_privilege(r, %s::oid, 'execute')", oid):
            yield f"  {name:60} {' '.join(roles)}"


def granted(world: World, table: str, role: str, verb: str) -> list[str]:
    """Columns on which a role holds a privilege; for delete and truncate ['*'] or nothing."""
    if verb in ("delete", "truncate"):
        held = world.one("select has_table_privilege(%s, %s, %s)", role, table, verb)
        return ["*"] if held else []
    return [
        row[0]
        for row in world.rows(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 "
            "and not attisdropped and has_column_privilege(%s, attrelid, attnum, %s) "
            "order by attnum",
            table, role, verb,
        )
    ]  # fmt: skip


def _columns(world: World) -> Iterator[str]:
    yield "COLUMNS"
    for table in relations(world):
        every = _all_columns(world, table)
        lines = [
            f"    {role:14} {verb:8} {_columns_text(granted(world, table, role, verb), every)}"
            for role in API_ROLES
            for verb in ("select", "insert", "update", "delete", "truncate")
            if granted(world, table, role, verb)
        ]
        yield f"  {table}" + ("" if lines else f"{'.':>{62 - len(table)}}")
        yield from lines


def _all_columns(world: World, table: str) -> list[str]:
    return [
        row[0]
        for row in world.rows(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 "
            "and not attisdropped order by attnum",
            table,
        )
    ]


def _columns_text(held: list[str], every: list[str]) -> str:
    if held in (["*"], every):
        return "every column"
    missing = [name for name in every if name not in held]
    if len(missing) < len(held):
        return "all but " + ", ".join(missing)
    return ", ".join(held)


def _rows(world: World, couple: Affairs) -> Iterator[str]:
    arbiter = couple.disputed.arbiter
    assert arbiter
    subjects: dict[str, tuple[str, UUID | None]] = {
        "anon": ("anon", None),
        "payer": ("authenticated", couple.payer),
        "payee": ("authenticated", couple.payee),
        "stranger": ("authenticated", world.user("stranger")),
        "arbiter": ("authenticated", arbiter),
        "idle arbiter": ("authenticated", _idle_arbiter(world)),
        "operator": ("authenticated", world.operator),
        "service": ("service_role", None),
    }
    heads = "".join(f"{name:14}" for name in subjects)
    yield f"{'ROWS (select)':37}{heads}".rstrip()
    for table in relations(world):
        cells = (_reach(world, table, *subject) for subject in subjects.values())
        yield f"  {table:35}" + "".join(f"{cell:14}" for cell in cells).rstrip()


def _idle_arbiter(world: World) -> UUID:
    busy = {row[0] for row in world.rows("select arbiter_id from public.dispute_assignments")}
    return next(arbiter for arbiter in world.arbiters if arbiter not in busy)


def _reach(world: World, table: str, role: str, user: UUID | None) -> str:
    columns = granted(world, table, role, "select")
    if not columns:
        return "."
    name = sql.Identifier(*table.split("."))
    total = world.one(sql.SQL("select count(*) from {}").format(name))
    query = sql.SQL("select count(*) from (select {} from {}) as seen").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)), name
    )
    act(world, role, user)
    seen = world.one(query)
    as_owner(world.connection)
    assert total, f"no row in {table} to see: add one to tests/db/affairs.py"
    return "none" if seen == 0 else "all" if seen == total else "own"


def act(world: World, role: str, user: UUID | None) -> None:
    """Go on as a role of the API, signed in where there is a person."""
    if user:
        as_user(world.connection, user, aal="aal2")
    else:
        as_role(world.connection, role)


def _writes(world: World, mine: Affairs, other: Affairs) -> Iterator[str]:
    yield "WRITES (a person signed in, to the own rows and to those of others)"
    for table in relations(world):
        for verb in ("insert", "update", "delete"):
            roles = [role for role in API_ROLES if granted(world, table, role, verb)]
            if not roles:
                continue
            assert roles == ["authenticated"], f"{roles} may {verb} {table}: add a probe"
            probes = PROBES[table, verb]
            for name, (query, values) in probes.items():
                whose = mine if name.startswith(OWN) else other
                done = probes_result(world, mine.payer, query, values(whose))
                yield f"  {table:35}{verb:8}{name:28}{done}"


def probes_result(world: World, user: UUID, query: str, values: list[Any]) -> str:
    """Try a statement as a person: done, nothing, or refused."""
    try:
        with world.connection.transaction(force_rollback=True):
            as_user(world.connection, user, aal="aal2")
            changed = world.connection.execute(query.encode(), values).rowcount
        as_owner(world.connection)
    except psycopg.Error as error:
        # Privileges, policies, and guards that know the writer or what the row has become.
        if error.sqlstate not in ("42501", "PT403", "PT404", "PT409"):
            raise
        return "refused"
    return "done" if changed else "nothing"
