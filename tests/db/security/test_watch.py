"""The watch: each rule counts what it says, once, and only operators learn of it."""

from typing import Any
from uuid import UUID

import pytest

from stack.identity import as_owner, as_user
from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY
from tests.world.trades import draft, p2p_trade, publish, sell_order, take
from tests.world.world import World


def watch(world: World) -> set[tuple[str, UUID]]:
    """What a run finds: kind and party."""
    with world.acting("service_role"):
        found = world.one("select service.security_watch()")
    return {(each["kind"], UUID(each["party_id"])) for each in found}


def unpaid(world: World, buyer: UUID, times: int) -> None:
    for _ in range(times):
        order, maker = sell_order(world)
        trade = Escrow(world, take(world, order, buyer), maker, buyer)
        trade.expire()
        trade.commit("timeout_refund", "timer")


def trade_between(world: World, seller: UUID, buyer: UUID) -> None:
    world.deposit(seller, "2")
    order = draft(world, seller)
    publish(world, order, seller)
    Escrow(world, take(world, order, buyer), seller, buyer).commit("accept", "payer")


def test_a_buyer_who_never_pays_is_noticed(world: World) -> None:
    buyer = world.user("buyer")
    unpaid(world, buyer, 2)
    assert watch(world) == set()
    unpaid(world, buyer, 1)
    assert watch(world) == {("unpaid_takes", buyer)}


def test_a_payment_that_was_late_to_be_confirmed_is_not_an_unpaid_take(world: World) -> None:
    trade = p2p_trade(world)
    trade.commit("perform", "payee")
    trade.commit("concede", "payee")
    world.run("update public.security_rules set threshold = 1 where id = 'unpaid_takes'")
    assert watch(world) == set()


def test_a_finding_is_written_once_within_its_time(world: World) -> None:
    buyer = world.user("buyer")
    unpaid(world, buyer, 3)
    assert watch(world) == {("unpaid_takes", buyer)}
    assert watch(world) == set()
    world.advance(hours=25)
    assert watch(world) == set()
    unpaid(world, buyer, 3)
    assert watch(world) == {("unpaid_takes", buyer)}


def test_old_cases_do_not_count(world: World) -> None:
    buyer = world.user("buyer")
    unpaid(world, buyer, 2)
    world.advance(hours=25)
    unpaid(world, buyer, 2)
    assert watch(world) == set()


@pytest.mark.parametrize(("winner", "loser"), [("payer", "payee"), ("payee", "payer")])
def test_who_loses_disputes_is_noticed(world: World, winner: str, loser: str) -> None:
    world.run("update public.security_rules set threshold = 1 where id = 'lost_disputes'")
    escrow = EVERY_POLICY["decide"](world, "market_service")
    row = escrow.row()
    parts = {f"{winner}_amount": row.amount, f"{loser}_amount": "0"}
    escrow.commit("decide", "arbiter", payload=escrow.payload("decide", "arbiter", row) | parts)
    assert watch(world) == set()
    escrow.expire()
    escrow.commit("timeout_settle", "timer")
    assert watch(world) == {("lost_disputes", getattr(escrow, loser))}


def test_both_sides_of_repeated_disputes_are_noticed(world: World) -> None:
    world.run("update public.security_rules set threshold = 1 where id = 'repeated_disputes'")
    escrow = EVERY_POLICY["one_statement"](world, "market_service")
    found = {("repeated_disputes", escrow.payer), ("repeated_disputes", escrow.payee)}
    assert watch(world) == found


def test_trade_in_a_circle_is_noticed(world: World) -> None:
    one, other = world.user("one"), world.user("other")
    for _ in range(4):
        trade_between(world, one, other)
    assert watch(world) == set()
    trade_between(world, other, one)
    assert watch(world) == {("circular_trades", one), ("circular_trades", other)}


def test_money_that_only_passes_through_is_noticed(world: World) -> None:
    party = world.user("party")
    world.deposit(party, "1")
    assert watch(world) == set()
    world.command(
        "ledger_move_external", kind="withdrawal", party_id=party, currency="BTC", amount="1",
        aal="aal2", actor_id=world.operator,
    )  # fmt: skip
    assert watch(world) == {("passing_through", party)}


def test_a_rule_that_is_off_finds_nothing(world: World) -> None:
    buyer = world.user("buyer")
    unpaid(world, buyer, 3)
    world.run("update public.security_rules set is_active = false")
    assert watch(world) == set()


def test_the_staff_is_told_and_nobody_else(world: World) -> None:
    buyer = world.user("buyer")
    unpaid(world, buyer, 3)
    watch(world)
    told = world.rows(
        "select parties, payload ->> 'party_id' from private.outbox where object_type = %s",
        "security_event",
    )
    assert told == [([UUID("00000000-0000-4000-8000-000000000001")], str(buyer))]
    for user, sees in ((buyer, 0), (world.arbiters[0], 0), (world.operator, 1)):
        as_user(world.connection, user)
        seen: Any = world.one("select count(*) from public.security_events")
        as_owner(world.connection)
        assert seen == sees


@pytest.mark.parametrize("role", ["postgres", "service_role"])
def test_law_10_findings_are_not_taken_back(world: World, role: str) -> None:
    buyer = world.user("buyer")
    unpaid(world, buyer, 3)
    watch(world)
    with refused(world.connection, "append_only", "42501"):
        if role == "service_role":
            with world.acting(role):
                world.run("delete from public.security_events")
        else:
            world.run("delete from public.security_events")
