"""Rules for everything in the catalog; numbers are those of the Supabase linter (splinter)."""

from typing import LiteralString

import pytest

from tests.world.catalog_tables import SCHEMAS
from tests.world.world import World

_OURS: LiteralString = "n.nspname = any (%s)"
_FLOATS: LiteralString = "array['float4', 'float8', 'money']::regtype[]::oid[]"

# name: a query that lists what breaks the rule. Each takes the schemas once.
_RULES: dict[str, LiteralString] = {
    "0021 a foreign key to auth refers to the primary key": (
        "select k.conname from pg_constraint as k join pg_namespace as n on n.oid = k.connamespace "
        "join pg_class as c on c.oid = k.confrelid where k.contype = 'f' and " + _OURS + " "
        "and c.relnamespace = 'auth'::regnamespace and not exists (select from pg_index as i "
        "where i.indrelid = k.confrelid and i.indisprimary "
        "and string_to_array(i.indkey::text, ' ')::int2[] = k.confkey)"
    ),
    "0028 and 0029 no definer function of an exposed schema for anon or authenticated": (
        "select r || ' ' || p.oid::regprocedure from pg_proc as p "
        "join pg_namespace as n on n.oid = p.pronamespace, "
        "unnest('{anon,authenticated}'::text[]) as r where p.prosecdef and " + _OURS + " "
        "and n.nspname in ('public', 'service') and has_function_privilege(r, p.oid, 'execute')"
    ),
    "0013 row level security on every table and partition": (
        "select c.oid::regclass::text from pg_class as c join pg_namespace as n "
        "on n.oid = c.relnamespace where " + _OURS + " and c.relkind in ('r', 'p') "
        "and not c.relrowsecurity"
    ),
    "0010 views ask as the caller": (
        "select c.oid::regclass::text from pg_class as c join pg_namespace as n "
        "on n.oid = c.relnamespace where " + _OURS + " and c.relkind in ('v', 'm') "
        "and not coalesce(c.reloptions, '{}') && array['security_invoker=true']"
    ),
    "0011 every function has a pinned search_path": (
        "select p.oid::regprocedure::text from pg_proc as p join pg_namespace as n "
        "on n.oid = p.pronamespace where " + _OURS + " and p.prokind = 'f' "
        "and not coalesce(p.proconfig, '{}') && array['search_path=\"\"']"
    ),
    "0001 every foreign key has an index that begins with it": (
        "select k.conrelid::regclass || ' ' || k.conname from pg_constraint as k "
        "join pg_namespace as n on n.oid = k.connamespace where k.contype = 'f' and " + _OURS + " "
        "and not exists (select from pg_index as i where i.indrelid = k.conrelid "
        "and i.indpred is null and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)"
    ),
    "0009 no index twice": (
        "select min(i.indexrelid)::regclass::text from pg_index as i "
        "join pg_class as c on c.oid = i.indrelid join pg_namespace as n on n.oid = c.relnamespace "
        "where " + _OURS + " group by i.indrelid, i.indkey, i.indclass, i.indoption, "
        "coalesce(pg_get_expr(i.indpred, i.indrelid), ''), "
        "coalesce(pg_get_expr(i.indexprs, i.indrelid), '') having count(*) > 1"
    ),
    "0003 policies ask for the caller once": (
        "select p.schemaname || '.' || p.tablename || ' ' || p.policyname from pg_policies as p "
        "join pg_namespace as n on n.nspname = p.schemaname where " + _OURS + " "
        "and regexp_replace(coalesce(p.qual, '') || coalesce(p.with_check, ''), "
        "'SELECT (auth\\.(uid|jwt|role)|private\\.[a-z_]+)\\(', '', 'g') "
        "~ '(auth\\.(uid|jwt|role)|private\\.[a-z_]+)\\('"
    ),
    "0006 one permissive policy for a role and a verb": (
        "select tablename || ' ' || cmd || ' ' || r from pg_policies as p "
        "join pg_namespace as n on n.nspname = p.schemaname, unnest(p.roles) as r "
        "where " + _OURS + " and permissive = 'PERMISSIVE' "
        "group by tablename, cmd, r having count(*) > 1"
    ),
    "0008 a granted table has a policy": (
        "select distinct g.table_name || ' ' || g.grantee "
        "from information_schema.column_privileges as g "
        "join pg_namespace as n on n.nspname = g.table_schema join pg_class as c "
        "on c.relnamespace = n.oid and c.relname = g.table_name and c.relkind in ('r', 'p') "
        "where " + _OURS + " and g.grantee in ('anon', 'authenticated') and not exists ("
        "select from pg_policies as p where p.tablename = g.table_name "
        "and p.cmd in (g.privilege_type, 'ALL') and g.grantee = any (p.roles))"
    ),
    "insert and update are granted column by column": (
        "select a.grantee::regrole || ' ' || a.privilege_type || ' ' || c.oid::regclass "
        "from pg_class as c join pg_namespace as n on n.oid = c.relnamespace, "
        "aclexplode(c.relacl) as a where " + _OURS + " and c.relkind in ('r', 'p', 'v') "
        "and a.privilege_type in ('INSERT', 'UPDATE', 'TRUNCATE', 'TRIGGER', 'REFERENCES') "
        "and a.grantee <> c.relowner"
    ),
    "nothing is granted to everybody": (
        "select c.oid::regclass::text from pg_class as c join pg_namespace as n "
        "on n.oid = c.relnamespace, aclexplode(c.relacl) as a where "
        + _OURS
        + " and a.grantee = 0 "
        "union all select p.oid::regprocedure::text from pg_proc as p join pg_namespace as n "
        "on n.oid = p.pronamespace, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) "
        "as a where n.nspname in ('public', 'service', 'private', 'ledger') and a.grantee = 0"
    ),
    "40001 is never raised: PostgREST repeats it without end": (
        "select p.oid::regprocedure::text from pg_proc as p join pg_namespace as n "
        "on n.oid = p.pronamespace where " + _OURS + " "
        "and p.prosrc ~* '40001|40P01|serialization_failure|deadlock_detected'"
    ),
    "errors have stable codes: PTxyz and a slug": (
        "select p.oid::regprocedure::text from pg_proc as p join pg_namespace as n "
        "on n.oid = p.pronamespace where " + _OURS + " "
        "and p.prosrc ~* 'raise exception' and p.proname <> 'refuse'"
    ),
    "law 8: one clock": (
        "select p.oid::regprocedure::text from pg_proc as p join pg_namespace as n "
        "on n.oid = p.pronamespace where " + _OURS + " and p.proname <> 'clock' "
        "and p.prosrc ~* '\\m(now|clock_timestamp|statement_timestamp|transaction_timestamp"
        "|timeofday)\\s*\\(|\\m(current_timestamp|current_date|current_time|localtimestamp|localtime)\\M'"
    ),
    "law 8: columns know their time zone": (
        "select c.oid::regclass || '.' || a.attname from pg_attribute as a "
        "join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace "
        "where " + _OURS + " and a.attnum > 0 "
        "and a.atttypid::regtype::text in ('timestamp without time zone', 'date', "
        "'time without time zone', 'time with time zone')"
    ),
    "law 8: defaults take the one clock": (
        "select d.adrelid::regclass::text from pg_attrdef as d join pg_class as c "
        "on c.oid = d.adrelid join pg_namespace as n on n.oid = c.relnamespace where " + _OURS + " "
        "and pg_get_expr(d.adbin, d.adrelid) ~* '\\mnow\\(|current_|clock_timestamp'"
    ),
    "law 9: no float in a table or a function": (
        "select c.oid::regclass || '.' || a.attname from pg_attribute as a "
        "join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace "
        "where " + _OURS + " and a.atttypid = any (" + _FLOATS + ") "
        "union all select p.oid::regprocedure::text from pg_proc as p where p.pronamespace in "
        "('public'::regnamespace, 'service'::regnamespace, 'ledger'::regnamespace, "
        "'private'::regnamespace) and " + _FLOATS + " && (p.proargtypes::oid[] || p.prorettype)"
    ),
    "law 9: amounts are of the domain": (
        "select c.oid::regclass || '.' || a.attname from pg_attribute as a "
        "join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace "
        "where " + _OURS + " and c.relkind in ('r', 'p', 'v') and a.attnum > 0 "
        "and a.atttypid = 'numeric'::regtype and a.attname <> 'block_seconds'"
    ),
    "every column of a table says what it is": (
        "select c.oid::regclass || '.' || a.attname from pg_attribute as a "
        "join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace "
        "where " + _OURS + " and n.nspname = 'public' and c.relkind in ('r', 'p') "
        "and not c.relispartition and a.attnum > 0 and not a.attisdropped "
        "and col_description(c.oid, a.attnum) is null"
    ),
    "law 4: no language that could call out": (
        "select p.oid::regprocedure::text from pg_proc as p join pg_namespace as n "
        "on n.oid = p.pronamespace join pg_language as l on l.oid = p.prolang where " + _OURS + " "
        "and p.prokind = 'f' and l.lanname not in ('sql', 'plpgsql')"
    ),
    "everything public says what it is": (
        "select c.oid::regclass::text from pg_class as c join pg_namespace as n "
        "on n.oid = c.relnamespace where " + _OURS + " and c.relkind in ('r', 'p', 'v') "
        "and not c.relispartition and obj_description(c.oid, 'pg_class') is null "
        "union all select p.oid::regprocedure::text from pg_proc as p join pg_namespace as n "
        "on n.oid = p.pronamespace where n.nspname in ('public', 'service', 'private', 'ledger') "
        "and obj_description(p.oid, 'pg_proc') is null"
    ),
}


@pytest.mark.parametrize("rule", _RULES)
def test_nothing_breaks_the_rule(world: World, rule: str) -> None:
    assert [row[0] for row in world.rows(_RULES[rule], SCHEMAS)] == []


# One breach of each kind, so that a rule that finds nothing is known to look.
_BREACHES: dict[str, LiteralString] = {
    "0021": "create table auth_like (id int); alter table public.profiles add column e text "
    "references auth.users (phone)",
    "0028": "create function public.f() returns int language sql security definer "
    "set search_path = '' as 'select 1'; grant execute on function public.f() to anon",
    "0013": "create table private.t (id int)",
    "0010": "create view public.v as select 1 as one",
    "0011": "create function private.f() returns int language sql as 'select 1'",
    "0001": "create table private.t (id uuid references public.parties (id))",
    "0009": "create index twice on public.wallets (currency)",
    "0003": "create policy p on public.wallets for delete to anon using (party_id = auth.uid())",
    "0006": "create policy p on public.wallets for select to authenticated using (true)",
    "0008": "grant insert (currency) on public.wallets to authenticated",
    "insert and": "grant update on public.wallets to authenticated",
    "nothing is": "grant select on public.wallets to public",
    "40001": "create function private.f() returns void language plpgsql set search_path = '' "
    "as $$ begin raise sqlstate '40001'; end $$",
    "errors": "create function private.f() returns void language plpgsql set search_path = '' "
    "as $$ begin raise exception 'no'; end $$",
    "law 8: one": "create function private.f() returns timestamptz language sql "
    "set search_path = '' as 'select now()'",
    "law 8: columns": "create table private.t (at timestamp)",
    "law 8: defaults": "create table private.t (at timestamptz default now())",
    "law 9: no": "create table private.t (amount float8)",
    "law 9: amounts": "create table private.t (amount numeric)",
    "everything": "create table public.t (id int)",
}


@pytest.mark.parametrize("start", _BREACHES)
def test_the_rule_finds_its_breach(world: World, start: str) -> None:
    (rule,) = (name for name in _RULES if name.startswith(start))
    world.run(_BREACHES[start])
    assert len(world.rows(_RULES[rule], SCHEMAS)) == 1


def test_no_extension_that_could_call_out(world: World) -> None:
    installed = {row[0] for row in world.rows("select extname from pg_extension")}
    assert installed <= {"plpgsql", "pgcrypto", "uuid-ossp"}
