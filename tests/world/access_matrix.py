"""The access matrix: which role reaches which table, column, row and function.

Privileges come from the catalog; what row level security does with them is tried
out with the rows of two couples. Written to tests/db/security/access_matrix.txt by
`make gen`.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from stack.identity import API_ROLES, as_owner, as_role, as_user
from tests.world.all_tables import Filled, fill_all_tables
from tests.world.catalog_tables import SCHEMAS, tables
from tests.world.world import Connection, World
from tests.world.write_attempts import OWN, PROBES

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
        return matrix_of(world, fill_all_tables(world), fill_all_tables(world))


def matrix_of(world: World, first: Filled, second: Filled) -> str:
    """The matrix as two couples show it. Leaves nothing of what it tries out."""
    with world.connection.transaction(force_rollback=True):
        held = grants(world)
        parts = (
            _schemas(world),
            _functions(world),
            _columns(world, held),
            _rows(world, held, first),
            _writes(world, held, first, second),
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
    for name, roles in world.rows(
        "select n.nspname || '.' || p.proname || '(' || oidvectortypes(p.proargtypes) || ')', "
        "array_agg(r.name order by r.number) from pg_proc as p "
        "join pg_namespace as n on n.oid = p.pronamespace "
        "cross join unnest(%s::text[]) with ordinality as r (name, number) "
        "where n.nspname = any (%s) and has_function_privilege(r.name, p.oid, 'execute') "
        "group by p.oid, n.nspname order by 1",
        list(API_ROLES), SCHEMAS,
    ):  # fmt: skip
        yield f"  {name:60} {' '.join(roles)}"


Grants = defaultdict[tuple[str, str, str], list[str]]


def grants(world: World) -> Grants:
    """Columns on which a role of the API holds a privilege, by table or view, role and verb.

    For delete and truncate ['*']. Empty where it holds none.
    """
    found: Grants = defaultdict(list)
    for table, role, verb, columns in world.rows(
        "select n.nspname || '.' || c.relname, r.name, v.verb, case when v.whole "
        "then '{*}' else array_agg(a.attname::text order by a.attnum) end "
        "from pg_class as c join pg_namespace as n on n.oid = c.relnamespace "
        "join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 "
        "and not a.attisdropped cross join unnest(%s::text[]) as r (name) "
        "cross join (values ('select', false), ('insert', false), ('update', false), "
        "('delete', true), ('truncate', true)) as v (verb, whole) "
        "where n.nspname = any (%s) and c.relkind in ('r', 'p', 'v', 'm') "
        "and case when v.whole then has_table_privilege(r.name, c.oid, v.verb) "
        "else has_column_privilege(r.name, c.oid, a.attnum, v.verb) end "
        "group by n.nspname, c.oid, c.relname, r.name, v.verb, v.whole",
        list(API_ROLES), SCHEMAS,
    ):  # fmt: skip
        found[table, role, verb] = columns
    return found


def _columns(world: World, held: Grants) -> Iterator[str]:
    yield "COLUMNS"
    every = _all_columns(world)
    for table in relations(world):
        lines = [
            f"    {role:14} {verb:8} {_columns_text(held[table, role, verb], every[table])}"
            for role in API_ROLES
            for verb in ("select", "insert", "update", "delete", "truncate")
            if held[table, role, verb]
        ]
        yield f"  {table}" + ("" if lines else f"{'.':>{62 - len(table)}}")
        yield from lines


def _all_columns(world: World) -> dict[str, list[str]]:
    return dict(
        world.rows(
            "select n.nspname || '.' || c.relname, array_agg(a.attname::text order by a.attnum) "
            "from pg_class as c join pg_namespace as n on n.oid = c.relnamespace "
            "join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 "
            "and not a.attisdropped where n.nspname = any (%s) group by c.oid, n.nspname",
            SCHEMAS,
        )
    )


def _columns_text(held: list[str], every: list[str]) -> str:
    if held in (["*"], every):
        return "every column"
    missing = [name for name in every if name not in held]
    if len(missing) < len(held):
        return "all but " + ", ".join(missing)
    return ", ".join(held)


def _rows(world: World, held: Grants, couple: Filled) -> Iterator[str]:
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
        "key of payer": ("api_key", couple.key),
        "service": ("service_role", None),
    }
    heads = "".join(f"{name:14}" for name in subjects)
    yield f"{'ROWS (select)':37}{heads}".rstrip()
    every = relations(world)
    totals = _counted(world, {table: sql.SQL("*") for table in every})
    seen = {}
    for name, (role, user) in subjects.items():
        act(world, role, user)
        seen[name] = _counted(world, _readable(held, every, role))
        as_owner(world.connection)
    for table in every:
        cells = [_reach(table, seen[name].get(table), totals[table]) for name in subjects]
        yield f"  {table:35}" + "".join(f"{cell:14}" for cell in cells).rstrip()


def _readable(held: Grants, every: list[str], role: str) -> dict[str, sql.Composable]:
    """The columns that a role may ask for, by table."""
    return {
        table: sql.SQL(", ").join(map(sql.Identifier, columns))
        for table in every
        if (columns := held[table, role, "select"])
    }


def _counted(world: World, columns: dict[str, sql.Composable]) -> dict[str, int]:
    """How many rows whoever is acting sees, by table."""
    each = sql.SQL("select {}, count(*) from (select {} from {}) as seen")
    queries = [
        each.format(sql.Literal(table), some, sql.Identifier(*table.split(".")))
        for table, some in columns.items()
    ]
    return dict(world.rows(sql.SQL(" union all ").join(queries))) if queries else {}


# Functions tell them of whoever asks: their owner finds no row.
_OF_THE_CALLER = (
    "public.deposits_to_sweep", "public.identities", "public.refresh_tokens", "public.sessions",
)  # fmt: skip


def _reach(table: str, seen: int | None, total: int) -> str:
    if seen is None:
        return "."
    if table in _OF_THE_CALLER:
        return "own" if seen else "none"
    assert total, f"no row in {table} to see: add one to tests/world/all_tables.py"
    return "none" if seen == 0 else "all" if seen == total else "own"


def _idle_arbiter(world: World) -> UUID:
    busy = {row[0] for row in world.rows("select arbiter_id from public.dispute_assignments")}
    return next(arbiter for arbiter in world.arbiters if arbiter not in busy)


def act(world: World, role: str, user: UUID | None) -> None:
    """Go on as a role of the API: as the person or the key that is named."""
    if role == "authenticated":
        as_user(world.connection, str(user), aal="aal2")
    else:
        as_role(world.connection, role, **({"sub": str(user)} if user else {}))


def _writes(world: World, held: Grants, mine: Filled, other: Filled) -> Iterator[str]:
    yield "WRITES (a person signed in, to the own rows and to those of others)"
    for table in relations(world):
        for verb in ("insert", "update", "delete"):
            roles = [role for role in API_ROLES if held[table, role, verb]]
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
