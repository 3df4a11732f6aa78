"""Row level security with the eyes of each person: what must not be seen is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString
from uuid import UUID

import pytest

from tests.db.affairs import affairs
from tests.db.refused import refused
from tests.db.scenes import EVERY_POLICY, ONCE
from tests.db.trades import draft, p2p_trade, sell_order, take
from tests.db.world import PLATFORM, World
from tests.stack.identity import as_owner, as_role, as_user


@contextmanager
def seeing(world: World, user: UUID | None) -> Iterator[World]:
    """Read as a person, or as nobody."""
    if user:
        as_user(world.connection, user)
    else:
        as_role(world.connection, "anon")
    yield world
    as_owner(world.connection)


def _count(world: World, user: UUID | None, query: LiteralString, *values: Any) -> int:
    with seeing(world, user):
        found: int = world.one("select count(*) from (" + query + ") as seen", *values)
    return found


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
def test_a_third_party_sees_nothing_of_a_trade(world: World, query: LiteralString) -> None:
    theirs = affairs(world)
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


def test_one_side_of_an_entry_does_not_see_the_other(world: World) -> None:
    trade = p2p_trade(world)
    trade.commit("accept", "payer")
    transfer = world.one("select id from public.ledger_transfers where kind = 'escrow.accept'")
    for party in (trade.payer, trade.payee):
        with seeing(world, party):
            owners = world.rows(
                "select distinct w.party_id from public.ledger_entries as e "
                "join public.wallets as w on w.id = e.wallet_id where e.transfer_id = %s",
                transfer,
            )
            entries = world.one(
                "select count(*) from public.ledger_entries where transfer_id = %s", transfer
            )
        assert (owners, entries) == ([(party,)], 1)


def test_a_statement_stays_unread_until_the_file_is_closed(world: World) -> None:
    escrow = EVERY_POLICY["one_statement"](world, "market_service")
    query: LiteralString = "select body from public.dispute_statements"
    everybody = (escrow.payee, world.operator, *world.arbiters)
    assert _count(world, escrow.payer, query) == 1
    assert [_count(world, one, query) for one in everybody] == [0] * len(everybody)
    escrow.commit("statement_reply", "payee")
    assert _count(world, escrow.payee, query) == 2
    assert escrow.arbiter
    assert _count(world, escrow.arbiter, query) == 2


def test_a_statement_does_not_show_in_the_history_either(world: World) -> None:
    escrow = EVERY_POLICY["one_statement"](world, "market_service")
    with seeing(world, escrow.payee):
        shown = world.rows("select e::text from (select escrow_id, version, event, payload "
                           "from public.escrow_events) as e")  # fmt: skip
    assert "bank shows" not in str(shown)


def test_an_arbiter_sees_the_disputes_given_to_them_only(world: World) -> None:
    first = EVERY_POLICY["acknowledge"](world, "market_service")
    second = EVERY_POLICY["acknowledge"](world, "p2p_crypto")
    assert first.arbiter
    assert first.arbiter != second.arbiter
    query: LiteralString = "select id from public.escrow_transactions"
    with seeing(world, first.arbiter):
        assert world.rows(query) == [(first.id,)]
        assert world.rows("select escrow_id from public.disputes") == [(first.id,)]
    idle = next(a for a in world.arbiters if a not in (first.arbiter, second.arbiter))
    assert _count(world, idle, query) == 0


def test_an_arbiter_who_was_replaced_sees_it_no_longer(world: World) -> None:
    escrow = EVERY_POLICY["acknowledge"](world, "market_service")
    before = escrow.arbiter
    assert before
    escrow.expire()
    escrow.commit("timeout_acknowledge", "timer")
    assert escrow.arbiter != before
    assert _count(world, before, "select id from public.escrow_transactions") == 0


def test_somebody_who_is_an_arbiter_no_more_sees_nothing(world: World) -> None:
    escrow = EVERY_POLICY["decide"](world, "market_service")
    arbiter = escrow.arbiter
    assert arbiter
    world.run("delete from public.party_members where user_id = %s", arbiter)
    assert _count(world, arbiter, "select id from public.escrow_transactions") == 0
    with refused(world.connection, "not_your_move"):
        escrow.commit("decide", "arbiter")


def test_a_second_arbiter_sees_what_waits_for_one(world: World) -> None:
    escrow = ONCE["approve"](world, "market_service")
    other = escrow.spare_arbiter()
    assert other
    query: LiteralString = "select id from public.escrow_transactions"
    assert _count(world, other, query) == 1
    escrow.commit("approve_decision", "other_arbiter")
    assert _count(world, other, query) == 0


def test_a_proposed_decision_is_hidden_from_the_parties(world: World) -> None:
    escrow = ONCE["approve"](world, "market_service")
    for party in (escrow.payer, escrow.payee):
        with seeing(world, party):
            events = world.rows(
                "select payload from public.escrow_events where event = 'propose_decision'"
            )
            decisions = world.rows("select * from public.dispute_decisions")
        assert events == [({},)]
        assert decisions == []
    escrow.commit("approve_decision", "other_arbiter")
    assert _count(world, escrow.payer, "select level from public.dispute_decisions") == 1


_HIDDEN: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("public.escrow_transactions", "last_payload"),
    ("public.escrow_transactions", "last_actor_id"),
    ("public.escrow_transactions", "last_hash"),
    ("public.escrow_events", "actor_id"),
    ("public.escrow_events", "request_id"),
    ("public.disputes", "proposal"),
    ("public.ledger_transfers", "created_by"),
    ("public.ledger_transfers", "request_id"),
    ("public.escrow_cases", "provider_event_id"),
    ("public.wallets", "last_hash"),
)


@pytest.mark.parametrize(("table", "column"), _HIDDEN)
def test_columns_that_nobody_reads(
    world: World, table: LiteralString, column: LiteralString
) -> None:
    theirs = affairs(world)
    for user in (theirs.payer, theirs.disputed.arbiter, world.operator, None):
        with refused(world.connection, "42501"), seeing(world, user):
            world.rows("select " + column + " from " + table)


def test_the_book_shows_active_orders_and_no_more(world: World) -> None:
    order, maker = sell_order(world)
    hidden = draft(world, maker)
    closed, closer = sell_order(world)
    world.command("order_cancel", order_id=closed, actor_id=closer)
    query: LiteralString = "select id from public.p2p_orders where id = any (%s)"
    all_three = [order, hidden, closed]
    by_id: LiteralString = (
        "select line.id from unnest(%s::uuid[]) as asked (id), public.p2p_order(asked.id) as line"
    )
    assert _count(world, None, by_id, all_three) == 1
    assert _count(world, world.user(), query, all_three) == 1
    assert _count(world, maker, query, all_three) == 2
    assert _count(world, closer, query, all_three) == 2
    assert _count(world, world.operator, query, all_three) == 1


def test_only_who_takes_an_order_reads_its_auto_reply(world: World) -> None:
    """auto_reply is what a buyer gets at the take: often an account number."""
    order, maker = sell_order(world)
    world.rows(
        "insert into public.p2p_auto_replies values (%s, 'IBAN DE00 1234') returning order_id",
        order,
    )
    taker = world.user("taker")
    query: LiteralString = "select order_id from public.p2p_auto_replies where order_id = any (%s)"
    assert _count(world, maker, query, [order]) == 1
    assert _count(world, taker, query, [order]) == 0
    take(world, order, taker)
    assert _count(world, taker, query, [order]) == 1
    assert _count(world, world.user(), query, [order]) == 0
    with refused(world.connection, "42501"), seeing(world, None):
        world.rows("select auto_reply from public.p2p_auto_replies")


def test_an_operator_sees_every_escrow_but_nobodys_wallet(world: World) -> None:
    theirs = affairs(world)
    escrows = world.one("select count(*) from public.escrow_transactions")
    assert _count(world, world.operator, "select id from public.escrow_transactions") == escrows
    with seeing(world, world.operator):
        owners = world.rows("select distinct party_id from public.wallets")
    assert owners == [(PLATFORM,)]
    assert _count(world, theirs.payer, "select id from public.audit_log") == 0
    assert _count(world, world.operator, "select id from public.audit_log") > 0


@pytest.mark.parametrize("role", ["owner", "operator", "signer", "viewer"])
def test_members_see_what_their_party_sees(world: World, role: str) -> None:
    escrow = p2p_trade(world)
    member = world.user("member")
    assert _count(world, member, "select id from public.escrow_transactions") == 0
    world.join(escrow.payer, member, role)
    assert _count(world, member, "select id from public.escrow_transactions") == 1
    assert _count(world, member, "select id from public.wallets") == 1


def test_a_viewer_gives_no_commands(world: World) -> None:
    escrow = p2p_trade(world)
    for role, may in (("viewer", False), ("signer", False), ("operator", True), ("owner", True)):
        member = world.user("member")
        world.join(escrow.payee, member, role)
        with world.connection.transaction(force_rollback=True):
            if may:
                escrow.commit("perform", "payee", actor_id=member)
            else:
                with refused(world.connection, "not_your_move"):
                    escrow.commit("perform", "payee", actor_id=member)


def test_a_closed_profile_is_not_written(world: World) -> None:
    user = world.user()
    world.run("update public.profiles set deleted_at = private.clock() where id = %s", user)
    with refused(world.connection, "not_yours"), seeing(world, user):
        world.run("update public.profiles set full_name = 'x' where id = %s", user)


def test_a_person_does_not_verify_themselves(world: World) -> None:
    user = world.user()
    for column in ("phone_verified", "id_document_verified", "address_verified"):
        with refused(world.connection, "42501"), seeing(world, user):
            world.connection.execute(f"update public.profiles set {column} = true".encode())


def test_a_token_without_a_user_sees_nothing(world: World) -> None:
    affairs(world)
    as_role(world.connection, "authenticated")
    tables: tuple[LiteralString, ...] = (
        "public.escrow_transactions", "public.wallets", "public.profiles", "public.disputes",
        "public.ledger_entries", "public.p2p_trades",
    )  # fmt: skip
    seen = [world.one("select count(*) from (select id from " + t + ") as seen") for t in tables]
    as_owner(world.connection)
    assert seen == [0] * len(tables)
