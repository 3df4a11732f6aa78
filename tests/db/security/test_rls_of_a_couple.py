"""Row level security with the eyes of everybody, over all that one couple has."""

from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest

from stack.identity import as_owner, as_role
from tests.world.all_tables import Filled, fill_all_tables
from tests.world.reading_as import count, seeing
from tests.world.refused import refused
from tests.world.world import PLATFORM, World

pytestmark = pytest.mark.commits


@pytest.fixture(scope="module", autouse=True)
def theirs(owner: psycopg.Connection[Any]) -> Filled:
    """Committed: looking at it changes nothing."""
    made = fill_all_tables(World(owner))
    owner.commit()
    return made


# Each takes the people and things of one couple, and finds rows of theirs.
_THEIRS: tuple[LiteralString, ...] = (
    "select id from public.escrow_transactions where id in (%(disputed)s, %(ended)s, %(trade)s)",
    "select version from public.escrow_events where escrow_id = %(disputed)s",
    "select id from public.escrow_offers where escrow_id = %(disputed)s",
    "select id from public.escrow_holds where escrow_id = %(disputed)s",
    "select id from public.disputes where escrow_id = %(disputed)s",
    "select author_id from public.dispute_statements where author_id = %(payer)s",
    "select author_id from public.dispute_evidence where author_id = %(payer)s",
    "select d.level from public.dispute_decisions as d",
    "select d.number from public.dispute_assignments as d",
    "select id from public.escrow_cases where escrow_id = %(ended)s",
    "select id from public.p2p_trades where id = %(trade)s",
    "select id from public.p2p_orders where id = %(draft)s",
    "select id from public.wallets where party_id = %(payer)s",
    "select id from public.wallet_balances where party_id = %(payer)s",
    "select id from public.ledger_entries",
    "select id from public.ledger_transfers",
    "select id from public.transactions",
    "select reference_id from public.ledger_holds",
    "select id from public.profiles where id = %(payer)s",
    "select user_id from public.party_members where party_id = %(payer)s",
)


@pytest.mark.parametrize("query", _THEIRS)
def test_a_third_party_sees_nothing_of_a_trade(
    world: World, theirs: Filled, query: LiteralString
) -> None:
    stranger = world.user("stranger")
    things: dict[str, Any] = {
        "disputed": theirs.disputed.id, "ended": theirs.ended.id, "trade": theirs.trade.id,
        "payer": theirs.payer, "draft": theirs.draft,
    }  # fmt: skip

    def seen(user: UUID) -> int:
        with seeing(world, user):
            return world.connection.execute(query, things).rowcount

    assert seen(theirs.payer) > 0
    assert seen(stranger) == 0


_HIDDEN: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("private.escrow_transactions", "last_payload"),
    ("private.escrow_transactions", "last_actor_id"),
    ("private.escrow_events", "actor_id"),
    ("private.escrow_events", "request_id"),
    ("private.dispute_proposals", "ruling"),
    ("private.signed_transactions", "raw"),
    ("private.ledger_transfers", "created_by"),
    ("private.ledger_transfers", "request_id"),
)


@pytest.mark.parametrize(("table", "column"), _HIDDEN)
def test_columns_that_nobody_reads(
    world: World, theirs: Filled, table: LiteralString, column: LiteralString
) -> None:
    for user in (theirs.payer, theirs.disputed.arbiter, world.operator, None):
        with refused(world.connection, "42501"), seeing(world, user):
            world.rows("select " + column + " from " + table)


def test_an_operator_sees_every_escrow_but_nobodys_wallet(world: World, theirs: Filled) -> None:
    escrows = world.one("select count(*) from private.escrow_transactions")
    assert count(world, world.operator, "select id from private.escrow_transactions") == escrows
    with seeing(world, world.operator):
        owners = world.rows("select distinct party_id from public.wallets")
    assert owners == [(PLATFORM,)]
    assert count(world, theirs.payer, "select id from public.audit_log") == 0
    assert count(world, world.operator, "select id from public.audit_log") > 0


def test_a_token_without_a_user_sees_nothing(world: World) -> None:
    as_role(world.connection, "authenticated")
    tables: tuple[LiteralString, ...] = (
        "private.escrow_transactions", "public.wallets", "public.profiles", "public.disputes",
        "public.ledger_entries", "public.p2p_trades",
    )  # fmt: skip
    seen = [world.one("select count(*) from (select id from " + t + ") as seen") for t in tables]
    as_owner(world.connection)
    assert seen == [0] * len(tables)
