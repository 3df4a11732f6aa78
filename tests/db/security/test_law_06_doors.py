"""Law 6: doors are closed until opened. Migrations alone give the API roles nothing."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from deploy.policies import apply_policies
from stack.cluster import SUPERUSER, Cluster
from stack.migrations import push_migrations
from stack.paths import SUPABASE
from stack.prepared import PLATFORM_SQL
from stack.rundirs import run_directory
from tests.world.catalog_tables import SCHEMAS

_ROLES = ["anon", "authenticated", "service_role", "authenticator"]

_ASSERT = SUPABASE / "policies" / "999900_assert.sql"

_HELD = """
with role as (select unnest(%(roles)s::text[]) as name),
schema as (select oid, nspname from pg_namespace where nspname = any (%(schemas)s))
select role.name || ' ' || v.verb || ' ' || c.oid::regclass
from role, pg_class as c join schema on schema.oid = c.relnamespace,
    unnest('{select,insert,update,delete,truncate,references,trigger,maintain}'::text[]) as v (verb)
where c.relkind in ('r', 'p', 'v', 'm') and has_table_privilege(role.name, c.oid, v.verb)
union all
select role.name || ' ' || v.verb || ' columns of ' || c.oid::regclass
from role, pg_class as c join schema on schema.oid = c.relnamespace,
    unnest('{select,insert,update,references}'::text[]) as v (verb)
where c.relkind in ('r', 'p', 'v', 'm') and has_any_column_privilege(role.name, c.oid, v.verb)
union all
select role.name || ' ' || v.verb || ' ' || c.oid::regclass
from role, pg_class as c join schema on schema.oid = c.relnamespace,
    unnest('{usage,select,update}'::text[]) as v (verb)
where c.relkind = 'S' and has_sequence_privilege(role.name, c.oid, v.verb)
union all
select role.name || ' execute ' || p.oid::regprocedure
from role, pg_proc as p join schema on schema.oid = p.pronamespace
where has_function_privilege(role.name, p.oid, 'execute')
union all
select role.name || ' usage ' || schema.nspname
from role, schema
where schema.nspname <> 'public' and has_schema_privilege(role.name, schema.oid, 'usage')
order by 1
"""

_SURFACE = """
select 'policy', p::text from pg_policies as p where schemaname = any (%(schemas)s)
union all
select 'schema ' || nspname, nspacl::text from pg_namespace where nspname = any (%(schemas)s)
union all
select 'relation ' || c.oid::regclass, c.relacl::text || c.relrowsecurity
from pg_class as c where c.relnamespace = any (%(schemas)s::regnamespace[])
union all
select 'column ' || attrelid::regclass || '.' || attname, attacl::text
from pg_attribute as a join pg_class as c on c.oid = a.attrelid
where c.relnamespace = any (%(schemas)s::regnamespace[]) and attnum > 0
union all
select 'function ' || p.oid::regprocedure, p.proacl::text
from pg_proc as p where p.pronamespace = any (%(schemas)s::regnamespace[])
order by 1, 2
"""


def _read(cluster: Cluster, query: str) -> list[tuple[Any, ...]]:
    with cluster.connect() as connection:
        return connection.execute(query.encode(), {"roles": _ROLES, "schemas": SCHEMAS}).fetchall()


@pytest.fixture(scope="module")
def migrated() -> Iterator[Cluster]:
    """A database on which only the migrations ran."""
    with run_directory() as folder:
        cluster = Cluster(folder / "data")
        cluster.create()
        cluster.start()
        try:
            with cluster.connect(SUPERUSER) as connection:
                for file in PLATFORM_SQL:
                    connection.execute(file.read_bytes())
            push_migrations(cluster.url("postgres"))
            yield cluster
        finally:
            cluster.stop()


def test_migrations_alone_open_nothing(migrated: Cluster, database: Cluster) -> None:
    assert _read(migrated, _HELD) == []
    assert len(_read(database, _HELD)) > 50, "the question itself finds nothing"


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
def test_after_migrations_alone_a_role_reads_and_calls_nothing(
    migrated: Cluster, role: str
) -> None:
    for statement in (
        "select 1 from public.currencies",
        "insert into public.wallets default values",
        "select service.escrow_due()",
        "select public.wallet_balance_as_of(gen_random_uuid(), now())",
        "select private.clock()",
    ):
        with migrated.connect() as connection, connection.transaction(force_rollback=True):
            connection.execute(f"set local role {role}".encode())
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_later_migrations_open_nothing_either(migrated: Cluster) -> None:
    """What a migration makes tomorrow falls under the same default privileges."""
    with migrated.connect() as connection, connection.transaction(force_rollback=True):
        for schema in SCHEMAS:
            connection.execute(f"create table {schema}.later (id serial)".encode())
            connection.execute(
                f"create function {schema}.later() returns int language sql as 'select 1'".encode()
            )
        held = connection.execute(_HELD.encode(), {"roles": _ROLES, "schemas": SCHEMAS}).fetchall()
    assert held == []


def test_policies_applied_again_change_nothing(migrated: Cluster) -> None:
    url = migrated.url("postgres")
    apply_policies(url)
    once = _read(migrated, _SURFACE)
    apply_policies(url)
    assert _read(migrated, _SURFACE) == once


def test_policies_take_back_what_was_opened_by_hand(migrated: Cluster) -> None:
    url = migrated.url("postgres")
    apply_policies(url)
    wanted = _read(migrated, _SURFACE)
    with migrated.connect() as connection:
        for statement in (
            "grant all on public.wallets to anon",
            "grant update (available) on public.wallets to authenticated",
            "grant execute on function ledger.rollup() to public",
            "grant usage on schema ledger to service_role",
            "create policy hole on public.wallets for select to anon using (true)",
        ):
            connection.execute(statement.encode())
    assert _read(migrated, _SURFACE) != wanted
    apply_policies(url)
    assert _read(migrated, _SURFACE) == wanted


@pytest.mark.parametrize(
    "hole",
    [
        "create table public.open_table (id int)",
        "create function public.strong() returns int language sql security definer "
        "set search_path = '' as 'select 1'; "
        "grant execute on function public.strong() to authenticated",
        "create function private.loose() returns int language sql security definer as 'select 1'",
        "create view public.open_view as select 1 as one",
    ],
)
def test_the_last_policy_file_refuses_an_open_door(migrated: Cluster, hole: str) -> None:
    with migrated.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute(hole.encode())
        with pytest.raises(psycopg.errors.RaiseException):
            connection.execute(_ASSERT.read_bytes())
