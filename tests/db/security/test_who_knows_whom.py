"""Who traded with whom is for the two: a stranger joins nothing, lists nobody, reads no staff."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID

import pytest
from psycopg import sql

from stack.identity import as_owner, as_role, as_user
from tests.world.access_matrix import grants, relations
from tests.world.all_tables import Filled, fill_all_tables
from tests.world.escrow import Escrow
from tests.world.ratings import rate, refreshed, settled
from tests.world.world import World

_WRITTEN = Path(__file__).with_name("people_columns.txt")

# Columns that name people, or hold words about them.
_NAMING: LiteralString = """
select 'public.' || c.relname || '.' || a.attname
from pg_attribute as a join pg_class as c on c.oid = a.attrelid
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v')
    and not c.relispartition and a.attnum > 0 and not a.attisdropped
    and has_column_privilege(%s, c.oid, a.attnum, 'select')
    and (
        a.attname ~ '(reason|note|memo|comment|detail|request_id|_by|parties)$'
        or a.attname ~ '^(actor|author|user|party|arbiter|maker|taker|buyer|seller|payer|payee'
            '|debtor|blocker|blocked|against_user|owner)_id$'
        or exists (
            select from pg_constraint as k
            where k.conrelid = c.oid and k.contype = 'f' and a.attnum = any (k.conkey)
                and k.confrelid in (
                    'auth.users'::regclass, 'public.parties'::regclass, 'public.profiles'::regclass
                )
        )
    )
order by 1
"""
# What ties rows together, as it stands in JSON: ids and moments.
_KEY = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,}[+-][0-9:]+"
)


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_columns_that_name_people_are_as_looked_at(world: World, role: str) -> None:
    """A new one is added to tests/db/security/people_columns.txt with who reads it,
    or not granted."""
    readable = [row[0] for row in world.rows(_NAMING, role)]
    looked_at = [
        line.split()[1] for line in _WRITTEN.read_text().splitlines() if line.startswith(role + " ")
    ]
    assert sorted(set(readable) ^ set(looked_at)) == []
    for line in _WRITTEN.read_text().splitlines():
        assert line.startswith("#") or len(line.split(maxsplit=2)) == 3, line


def _readable(world: World, reader: UUID | None) -> dict[str, list[str]]:
    """Every row, as JSON text, of every table and view that somebody reads."""
    role = "authenticated" if reader else "anon"
    found: dict[str, list[str]] = {}
    held = grants(world)
    for relation in relations(world):
        columns = held[relation, role, "select"]
        if columns and relation.startswith("public."):
            query = sql.SQL("select to_jsonb(s)::text from (select {} from {}) as s").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.Identifier(*relation.split(".")),
            )
            found[relation] = _asked(world, reader, query)
    return found


def _asked(
    world: World, reader: UUID | None, query: LiteralString | sql.Composed, *values: Any
) -> list[str]:
    if reader:
        as_user(world.connection, reader, aal="aal2")
    else:
        as_role(world.connection, "anon")
    rows = world.rows(query, *values)
    as_owner(world.connection)
    return [row[0] for row in rows]


def _told_of(world: World, reader: UUID | None, party: UUID) -> list[str]:
    """What the functions that look up one party tell, as JSON text."""
    rows = _asked(world, reader, "select to_jsonb(t)::text from public.trader(%s) as t", party)
    rows += _asked(world, reader, _RATINGS, party)
    if reader:
        rows += _asked(world, reader, "select to_jsonb(p)::text from public.party(%s) as p", party)
    return rows


_RATINGS: LiteralString = "select to_jsonb(r)::text from public.trader_ratings(%s) as r"


def _keys(rows: Iterable[str]) -> set[str]:
    return {key for row in rows for key in _KEY.findall(row)}


@pytest.fixture
def rated(world: World) -> Escrow:
    """A trade that both sides have rated, all public by now."""
    trade = settled(world, world.user("seller"), world.user("buyer"))
    rate(world, trade.id, trade.payee, 4, "Quick.")
    rate(world, trade.id, trade.payer, 5, "Paid at once.")
    world.advance(days=4)
    for side in (trade.payee, trade.payer):
        refreshed(world, side)
    return trade


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_stranger_joins_no_two_people(world: World, rated: Escrow, signed_in: bool) -> None:
    reader = world.user("stranger") if signed_in else None
    sides = (rated.payer, rated.payee)
    told = [_told_of(world, reader, side) for side in sides]
    assert all(told), "they are not looked up at all"
    rows = [row for table in _readable(world, reader).values() for row in table]
    about = [
        _keys([*told[n], *(row for row in rows if str(side) in row)]) - {str(side)}
        for n, side in enumerate(sides)
    ]
    assert about[0] & about[1] == set()
    assert str(rated.id) not in about[0] | about[1]
    assert not [row for row in rows if all(str(side) in row for side in sides)]
    # No rating says when, of which trade or from whom.
    for party in sides:
        lines = _asked(world, reader, _RATINGS, party)
        assert len(lines) == 1
        assert _keys(lines) == set()


@pytest.mark.parametrize("signed_in", [True, False])
def test_nobody_lists_people(world: World, rated: Escrow, signed_in: bool) -> None:
    reader = world.user("stranger") if signed_in else None
    seen = _readable(world, reader)
    for table in ("public.parties", "public.profiles", "public.trader_profiles"):
        assert all(str(reader) in row for row in seen.get(table, [])), table
    for table in ("public.p2p_ratings", "public.p2p_rating_reveals"):
        assert seen.get(table, []) == [], table
    assert rated.id


def test_the_two_sides_and_operators_read_what_they_need(world: World, rated: Escrow) -> None:
    for reader in (rated.payer, rated.payee, world.operator):
        scores = [
            json.loads(row)["score"] for row in _readable(world, reader)["public.p2p_ratings"]
        ]
        assert sorted(scores) == [4, 5]
    named = "".join(_readable(world, world.operator)["public.parties"])
    assert str(rated.payer) in named
    assert str(rated.payee) in named


def test_a_party_reads_no_operator_and_no_note(world: World) -> None:
    """Nothing that a person reads names an operator, wherever it stands."""
    couple: Filled = fill_all_tables(world)
    for reader in (couple.payer, couple.payee, world.user("stranger")):
        for table, rows in _readable(world, reader).items():
            naming = [row for row in rows if str(world.operator) in row]
            assert naming == [], table


def test_a_person_reads_of_a_link_what_concerns_them(world: World) -> None:
    person = world.user("person")
    world.command(
        "discord_link", party_id=person, discord_id="123456789012345678",
        reason="Internal: seen on the phone by Olga.", actor_id=world.operator, aal="aal2",
    )  # fmt: skip
    (row,) = _readable(world, person)["public.discord_links"]
    assert "Internal" not in row
    assert str(world.operator) not in row
    logged = world.rows(
        "select actor_id, reason from public.audit_log where table_name = 'discord_links'"
    )
    assert logged == [(world.operator, "Internal: seen on the phone by Olga.")]
