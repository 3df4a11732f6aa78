"""After an erasure no column that private.personal_columns says is erased holds a word of the
person, in any table: a mark is put into each of them, and then looked for everywhere. Before that
an export tells the marks of the person, and of nobody else."""

import contextlib
import hashlib
import json
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from uuid import UUID

import psycopg
import pytest

from stack.cluster import Cluster
from tests.world import exports
from tests.world.all_tables import Filled, fill_all_tables
from tests.world.erasures import begun, steps, where
from tests.world.market import guild
from tests.world.world import World

pytestmark = pytest.mark.commits

# A column takes what its own rules let in; tried in this order.
_FORMS = (
    "to_jsonb({text})", "jsonb_build_object('mark', {text})", "jsonb_build_array({text})",
    "{text} || md5(r::text)", "{text}", "rpad('whsec_' || {text}, 49, 'A') || '='",
    "{hash}", "'0x' || {hash}", "'0x' || {short}", "{address}::inet", "array[{address}::cidr]",
    "convert_to({text}, 'UTF8')", "{digits}", "{url}",
)  # fmt: skip
# Of a few letters, a list of ours, or made by hand: there is nothing to recognise.
_UNMARKED = {"public.message_settings.language", "public.message_preferences.kind",
             "private.escrow_events.payload", "public.message_deliveries.language",
             "public.asset_snapshots.asset_id"}  # fmt: skip


@dataclass
class Marks:
    """What was written into the columns of two people."""

    people: Filled
    of: dict[UUID, set[str]] = field(default_factory=dict)
    kept: dict[UUID, set[str]] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    not_told: set[str] = field(default_factory=set)


def _plant(
    admin: psycopg.Connection[Any], number: int, table: str, column: str, condition: str
) -> str | None:
    """Mark one column of all rows that a condition finds; the mark, or None without a row."""
    text = f"Secret{number:05d}Mark"
    marks = {
        "text": text, "hash": hashlib.sha256(text.encode()).hexdigest(),
        "short": hashlib.sha256(text.encode()).hexdigest()[:40],
        "address": f"203.0.{number // 250}.{number % 250}", "digits": f"9{number:017d}",
        "url": f"https://{text.lower()}.example",
    }  # fmt: skip
    rows = f"from {table} as r where {condition}"
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
    raise LookupError(f"no form fits {table}.{column}")


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
        parts = admin.execute(
            "select table_name, word, of_person from private.export_parts "
            "left join unnest(words) as w (word) on true order by 1, 2"
        ).fetchall()
        withheld = {table for table, _, of_person in parts if of_person is None}
        told = [part for part in parts if part[1] and f"{part[0]}.{part[1]}" not in _UNMARKED]
        for number, (table, column, whose, kept_where) in enumerate(rows):
            name, whom = f"{table}.{column}", f"r.{whose}" if whose.isidentifier() else whose
            if name in _UNMARKED:
                continue
            for side, party in enumerate((filled.payer, filled.payee)):
                theirs = f"{whom} = '{party}' and ({kept_where or 'false'}) is not true"
                mark = _plant(admin, 2 * number + side, table, column, theirs)
                if mark:
                    made.columns.add(name)
                    made.of.setdefault(party, set()).add(mark)
                    if table in withheld:
                        made.not_told.add(mark)
        # What is kept by law and told: the same column, of rows that are theirs.
        for number, (table, column, of_person) in enumerate(told, len(rows)):
            for side, party in enumerate((filled.payer, filled.payee)):
                theirs = of_person.replace("$1", f"'{party}'::uuid")
                with contextlib.suppress(LookupError):
                    mark = _plant(admin, 2 * number + side, table, column, theirs)
                    made.kept.setdefault(party, set()).update([mark] if mark else [])
        admin.commit()
    return made


def _forms_of(marks: set[str]) -> set[str]:
    return {form for mark in marks for form in (mark.lower(), mark.encode().hex())}


def test_an_export_tells_the_own_marks_and_nobody_elses(world: World, marks: Marks) -> None:
    payer, payee = marks.people.payer, marks.people.payee
    exports.ask(world, payee)
    assert marks.kept[payer]
    assert marks.kept[payee]
    others = {payer: payee, payee: payer}
    while export := exports.due(world):
        who = UUID(export["party_id"])
        text = json.dumps(exports.pages(world, export, max_rows=3)).lower()
        lacks = {
            mark
            for mark in (marks.of[who] | marks.kept[who]) - marks.not_told
            if not any(form in text for form in _forms_of({mark}))
        }
        assert lacks == set()
        theirs = marks.of[others[who]] | marks.kept[others[who]] | marks.not_told
        assert [form for form in _forms_of(theirs) if form in text] == []
        world.run("update public.data_exports set state = 'failed', last_event = 'give_up', "
                  "last_actor_role = 'timer' where id = %s", export["export_id"])  # fmt: skip
    assert world.one("select count(*) from public.data_exports where state = 'failed'") == 2


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
