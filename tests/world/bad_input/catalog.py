"""What PostgREST exposes, and what each function takes, as the database itself says."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg

# What commands call their one parameter.
_COMMAND = r"(?:command|decision|report|outcome|cost|returned|answered|comparison|told)"
# A field that a command reads, with the cast that tells its kind.
_FIELD = re.compile(rf"\({_COMMAND} ->> '(\w+)'\)::(\w+(?: precision)?)")
_NAMED = re.compile(rf"\b{_COMMAND} ->>? '(\w+)'")
# A call that is handed the whole command, not a column that has its name.
_CALLS = re.compile(
    rf"private\.(\w+)\((?:[^()]|\([^()]*\))*?(?<![\w.]){_COMMAND}\b(?! ->)", re.DOTALL
)
_KINDS = {
    "uuid": "uuid",
    "numeric": "amount",
    "double precision": "number",
    "integer": "integer",
    "timestamp with time zone": "time",
    "timestamptz": "time",
    "interval": "interval",
    "jsonb": "object",
    "service": "object",
    "public": "word",
}


def _kind(name: str) -> str:
    return _KINDS.get(name.strip().partition(".")[0], "text")


@dataclass(frozen=True)
class Function:
    """A function of the API: its schema, name and parameters with their kinds."""

    schema: str
    name: str
    parameters: dict[str, str]
    required: int


class Catalog:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Everything in the exposed schemas that an API role may execute, by name."""
        rows = self._connection.execute(
            """
            select n.nspname, p.proname, coalesce(p.proargnames, '{}'), p.pronargs,
                p.pronargdefaults, array(
                    select format_type(t, null)
                    from unnest(p.proargtypes) with ordinality as a (t, i) order by i
                )
            from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace
            where n.nspname in ('public', 'service') and exists (
                select from unnest(array['anon', 'authenticated', 'service_role']) as role
                where has_function_privilege(role, p.oid, 'execute')
                    and has_schema_privilege(role, n.oid, 'usage')
            ) and p.prorettype <> 'trigger'::regtype
            -- What only comes along with a row of a table has an argument without a name.
            and (p.pronargs = 0 or p.proargnames is not null)
            order by 1, 2
            """
        ).fetchall()
        return {
            name: Function(
                schema, name,
                dict(zip(names[:count], map(_kind, types), strict=True)), count - defaults,
            )
            for schema, name, names, count, defaults, types in rows
        }  # fmt: skip

    def fields(self, function: str) -> dict[str, str]:
        """Fields of a command {name: kind}, as its source and what it calls read them."""
        found: dict[str, str] = {}
        waiting, seen = [function], set()
        while waiting:
            name = waiting.pop()
            seen.add(name)
            for (source,) in self._connection.execute(
                "select p.prosrc from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace"
                " where p.proname = %s and n.nspname in ('private', 'service')",
                [name],
            ).fetchall():
                casts = {field: _kind(cast) for field, cast in _FIELD.findall(source)}
                for field in _NAMED.findall(source):
                    # Read as text by one and with a cast by another: the cast refuses more.
                    found[field] = casts.get(field) or found.get(field, "text")
                waiting += [each for each in _CALLS.findall(source) if each not in seen]
        return found

    def decision(self) -> dict[str, str]:
        """Attributes of private.escrow_decision with their kinds."""
        rows = self._connection.execute(
            "select attname, format_type(atttypid, null) from pg_attribute"
            " where attrelid = 'private.escrow_decision'::regclass and attnum > 0"
            " and not attisdropped order by attnum"
        ).fetchall()
        return {name: _kind(type_name) for name, type_name in rows}
