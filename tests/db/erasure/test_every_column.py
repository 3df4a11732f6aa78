"""After an erasure no column that private.personal_columns says is erased holds a word of the
person, in any table: a mark is put into each of them, and then looked for everywhere."""

import hashlib
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from uuid import UUID

import psycopg
import pytest

from stack.cluster import Cluster
from tests.world.all_tables import Filled, fill_all_tables
from tests.world.erasures import begun, steps, where
from tests.world.market import guild
from tests.world.world import World

pytestmark = pytest.mark.commits

# A column takes what its own rules let in; tried in this order.
_FORMS = (
    "to_jsonb({text})", "jsonb_build_object('mark', {text})", "jsonb_build_array({text})",
    "{text} || md5(r::text)", "{text}", "rpad('whsec_' || {text}, 49, 'A') || '='",
    "{hash}", "{address}::inet", "convert_to({text}, 'UTF8')", "{digits}", "{url}",
)  # fmt: skip
# Of a few letters, a list of ours, or made by hand: there is nothing to recognise.
_UNMARKED = {"public.message_settings.language", "public.message_preferences.kind",
             "public.escrow_events.payload", "public.message_deliveries.language"}  # fmt: skip


@dataclass
class Marks:
    """What was written into the columns of two people."""

    people: Filled
    of: dict[UUID, set[str]] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)


def _plant(admin: psycopg.Connection[Any], number: int, row: Any, party: UUID) -> str | None:
    """Mark one column of all rows of a party that have it; the mark, or None without a row."""
    table, column, whose, kept_where = row
    text = f"Secret{number:05d}Mark"
    marks = {
        "text": text, "hash": hashlib.sha256(text.encode()).hexdigest(),
        "address": f"203.0.{number // 250}.{number % 250}", "digits": f"9{number:017d}",
        "url": f"https://{text.lower()}.example",
    }  # fmt: skip
    owner = f"r.{whose}" if whose.isidentifier() else whose
    rows = f"from {table} as r where {owner} = '{party}' and ({kept_where or 'false'}) is not true"
    # Where no two rows may say the same, one of them is enough.
    for form, which in product(_FORMS, ("", " limit 1")):
        name = form.partition("{")[2].partition("}")[0]
        value = form.format(**{key: f"'{mark}'" for key, mark in marks.items()})
        query = (
            f"update {table} as r set {column} = {value} where (r.tableoid, r.ctid) in "
            f"(select r.tableoid, r.ctid {rows}{which})"
        )
        try:
            with admin.transaction():
                return marks[name] if admin.execute(query).rowcount else None
        except (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.DatatypeMismatch):
            continue
    raise AssertionError(f"no form fits {table}.{column}")


@pytest.fixture(scope="module")
def marks(owner: psycopg.Connection[Any], database: Cluster) -> Marks:
    """Two people with a row in every table, and a mark in each column of theirs."""
    world = World(owner)
    filled = fill_all_tables(world)
    # One that nobody else is in.
    guild(world, filled.payer)
    owner.commit()
    made = Marks(filled)
    with psycopg.connect(database.admin_url) as admin:
        # The marks are written past every guard: what is asked is only what an erasure takes away.
        admin.execute("set session_replication_role = replica")
        rows = admin.execute(
            "select table_name, column_name, whose, kept_where from private.personal_columns "
            "where whose is not null order by 1, 2"
        ).fetchall()
        for number, row in enumerate(rows):
            name = f"{row[0]}.{row[1]}"
            if name in _UNMARKED:
                continue
            for side, party in enumerate((filled.payer, filled.payee)):
                mark = _plant(admin, 2 * number + side, row, party)
                if mark:
                    made.columns.add(name)
                    made.of.setdefault(party, set()).add(mark)
        admin.commit()
    return made


def test_no_mark_is_left_and_nobody_elses_is_touched(world: World, marks: Marks) -> None:
    payer, payee = marks.people.payer, marks.people.payee
    others = where(world, marks.of[payee])
    assert where(world, marks.of[payer])
    listed = {
        f"{row[0]}.{row[1]}"
        for row in world.rows(
            "select table_name, column_name from private.personal_columns where whose is not null"
        )
    }
    assert sorted(listed - marks.columns - _UNMARKED) == []
    begun(world, payer)
    done = steps(world)
    failed = world.rows("select last_error from public.setbacks where queue = 'erasure'")
    assert (done[-1]["state"], failed) == ("erased", [])
    assert where(world, marks.of[payer]) == {}
    assert where(world, marks.of[payee]) == others
    # What the other side has a contract about stays.
    kept = world.rows(
        "select listing_copy ->> 'title' from public.offers "
        "where seller_id = %s and status = 'accepted'", payer,
    )  # fmt: skip
    assert kept
    assert all(title for (title,) in kept)
