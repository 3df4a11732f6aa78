"""Row level security with the eyes of each person: what must not be seen is not."""

from typing import LiteralString

import pytest

from tests.world.reading_as import count, seeing
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY, ONCE
from tests.world.trades import draft, p2p_trade, sell_order, take
from tests.world.world import World


def test_one_side_of_an_entry_does_not_see_the_other(world: World) -> None:
    trade = p2p_trade(world)
    trade.commit("accept", "payer")
    transfer = world.one("select id from private.ledger_transfers where kind = 'escrow.accept'")
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
    assert count(world, escrow.payer, query) == 1
    assert [count(world, one, query) for one in everybody] == [0] * len(everybody)
    escrow.commit("statement_reply", "payee")
    assert count(world, escrow.payee, query) == 2
    assert escrow.arbiter
    assert count(world, escrow.arbiter, query) == 2


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
    assert count(world, idle, query) == 0


def test_an_arbiter_who_was_replaced_sees_it_no_longer(world: World) -> None:
    escrow = EVERY_POLICY["acknowledge"](world, "market_service")
    before = escrow.arbiter
    assert before
    escrow.expire()
    escrow.commit("timeout_acknowledge", "timer")
    assert escrow.arbiter != before
    assert count(world, before, "select id from private.escrow_transactions") == 0


def test_somebody_who_is_an_arbiter_no_more_sees_nothing(world: World) -> None:
    escrow = EVERY_POLICY["decide"](world, "market_service")
    arbiter = escrow.arbiter
    assert arbiter
    world.run("delete from public.party_members where user_id = %s", arbiter)
    assert count(world, arbiter, "select id from private.escrow_transactions") == 0
    with refused(world.connection, "not_your_move"):
        escrow.commit("decide", "arbiter")


def test_a_second_arbiter_sees_what_waits_for_one(world: World) -> None:
    escrow = ONCE["approve"](world, "market_service")
    other = escrow.spare_arbiter()
    assert other
    query: LiteralString = "select id from public.escrow_transactions"
    assert count(world, other, query) == 1
    escrow.commit("approve_decision", "other_arbiter")
    assert count(world, other, query) == 0


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
    assert count(world, escrow.payer, "select level from public.dispute_decisions") == 1


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
    assert count(world, None, by_id, all_three) == 1
    assert count(world, world.user(), query, all_three) == 1
    assert count(world, maker, query, all_three) == 2
    assert count(world, closer, query, all_three) == 2
    assert count(world, world.operator, query, all_three) == 1


def test_only_who_takes_an_order_reads_its_auto_reply(world: World) -> None:
    """auto_reply is what a buyer gets at the take: often an account number."""
    order, maker = sell_order(world)
    world.rows(
        "insert into public.p2p_auto_replies values (%s, 'IBAN DE00 1234') returning order_id",
        order,
    )
    taker = world.user("taker")
    query: LiteralString = "select order_id from public.p2p_auto_replies where order_id = any (%s)"
    assert count(world, maker, query, [order]) == 1
    assert count(world, taker, query, [order]) == 0
    take(world, order, taker)
    assert count(world, taker, query, [order]) == 1
    assert count(world, world.user(), query, [order]) == 0
    with refused(world.connection, "42501"), seeing(world, None):
        world.rows("select auto_reply from public.p2p_auto_replies")


@pytest.mark.parametrize("role", ["owner", "operator", "signer", "viewer"])
def test_members_see_what_their_party_sees(world: World, role: str) -> None:
    escrow = p2p_trade(world)
    member = world.user("member")
    assert count(world, member, "select id from private.escrow_transactions") == 0
    world.join(escrow.payer, member, role)
    assert count(world, member, "select id from private.escrow_transactions") == 1
    assert count(world, member, "select id from public.wallets") == 1


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
