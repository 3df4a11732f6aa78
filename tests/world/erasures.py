"""Erasures carried out, and where in the database a word still stands."""

from collections.abc import Iterable
from typing import Any, LiteralString
from uuid import UUID

from psycopg import sql

from tests.world.world import World

_TABLES: LiteralString = """
select n.nspname, c.relname
from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
where n.nspname in ('public', 'private', 'ledger', 'service', 'auth') and c.relkind = 'r'
"""


def steps(world: World, most: int = 500, max_rows: int = 500) -> list[dict[str, Any]]:
    """What the schedule does until nothing is due; at most so many steps."""
    done: list[dict[str, Any]] = []
    while len(done) < most:
        with world.acting("service_role"):
            step = world.one("select service.erasures_step(%s)", max_rows)
            world.settle()
        if step is None:
            return done
        done.append(step)
    return done


def asked(world: World, party: UUID) -> UUID:
    """A request that waits, and whose time has come, whatever is in its way; its id."""
    made: UUID = world.one(
        "insert into public.erasure_requests (id, party_id, state, last_event, last_actor_role, "
        "erase_from, created_at, updated_at) select private.uuid_v7(private.clock()), %s, "
        "'waiting', 'ask', 'person', private.clock(), private.clock(), private.clock() "
        "returning id",
        party,
    )
    return made


def cancelled(world: World, party: UUID) -> None:
    """A request that was taken back."""
    world.run(
        "update public.erasure_requests set state = 'cancelled', last_event = 'cancel' "
        "where id = %s",
        asked(world, party),
    )


def begun(world: World, party: UUID) -> UUID:
    """An erasure that has begun, whatever was in its way; its id."""
    made = asked(world, party)
    world.run("select private.close_account(%s, private.clock())", party)
    world.run(
        "update public.erasure_requests set state = 'erasing', last_event = 'begin', "
        "last_actor_role = 'timer' where id = %s",
        made,
    )
    return made


def where(world: World, words: Iterable[str]) -> dict[str, set[str]]:
    """Tables in which a word stands, in any column of any row: table to words."""
    wanted = {word: (word.lower(), word.encode().hex()) for word in words}
    found: dict[str, set[str]] = {}
    for schema, table in world.rows(_TABLES):
        rows = world.rows(
            sql.SQL("select lower(to_jsonb(t)::text) from {} as t").format(
                sql.Identifier(schema, table)
            )
        )
        text = "\n".join(row[0] for row in rows)
        hits = {word for word, forms in wanted.items() if any(form in text for form in forms)}
        if hits:
            found[f"{schema}.{table}"] = hits
    return found
