"""Incidents of other systems about ends, disputes and consent; numbers as in incidents.md."""

from decimal import Decimal

import pytest

from tests.world.escrow import Escrow
from tests.world.moves import BY_CELL, EVENTS, MOVES, TERMINAL
from tests.world.rails import payments
from tests.world.refused import refused
from tests.world.scenes import CONTRACTS, EVERY_POLICY, ONCE
from tests.world.trades import sell_order, signed, take
from tests.world.world import PLATFORM, World

SERVICE = "market_service"
USDC = "USDC_BASE"


def test_incident_04_an_end_is_counted_once(world: World) -> None:
    order, maker = sell_order(world)
    taker = world.user()
    escrow = Escrow(world, take(world, order, taker, "0.5"), maker, taker)
    escrow.commit("accept", "payer")
    for _ in range(3):
        with refused(world.connection, "escrow_closed"):
            escrow.commit("accept", "payer")
    assert world.rows("select completed_trades, settled::numeric from public.p2p_orders") == [
        (1, Decimal("0.5"))
    ]


def test_incident_11_late_money_does_not_revive_what_was_cancelled(world: World) -> None:
    escrow = signed(world)
    late = escrow.decision("funds_confirmed", "rail")
    escrow.commit("cancel", "payer")
    for version in (late["expected_version"], late["expected_version"] + 1):
        with refused(world.connection, "escrow_closed", "stale_version"):
            world.command("escrow_commit", **late | {"expected_version": version})
    world.command("escrow_rail_case", escrow_id=escrow.id, kind="late_funds", amount="100",
                  provider_event_id="event-1")  # fmt: skip
    assert escrow.place == ("void", "")
    assert payments(world, escrow) == [("return", escrow.payer, USDC, 100, "created")]


@pytest.mark.parametrize("scene", ["released", "refunded", "split"])
def test_incident_12_nothing_brings_an_ended_trade_back(world: World, scene: str) -> None:
    escrow = ONCE[scene](world, SERVICE)
    before = escrow.facts()
    for event in EVENTS:
        for role in ("payer", "payee", "operator", "timer", "rail", "system"):
            assert escrow.try_many(escrow.decision(event, role) | {
                "idempotency_key": "k", "request_hash": "h",
            })[0]["refusal"] == "escrow_closed"  # fmt: skip
    assert escrow.facts() == before
    assert not any(place and place[0] in TERMINAL for place, _, _, _ in MOVES)


def test_incident_13_charged_and_paid_are_one_move_and_a_second_one_is_answered(
    world: World,
) -> None:
    escrow = EVERY_POLICY["performed"](world, "p2p_crypto")
    total = sum(sum(world.balance(p)) for p in (escrow.payer, escrow.payee))
    fees = world.balance(PLATFORM, kind="fees")[0]
    escrow.commit("accept", "payer")
    after = sum(sum(world.balance(p)) for p in (escrow.payer, escrow.payee))
    assert after + world.balance(PLATFORM, kind="fees")[0] - fees == total
    with refused(world.connection, "escrow_closed"):
        escrow.commit("accept", "payer")


def test_incident_16_consent_to_one_trade_is_none_to_the_next(world: World) -> None:
    order, maker = sell_order(world)
    first_taker, second_taker = world.user(), world.user()
    first = Escrow(world, take(world, order, first_taker, "0.3"), maker, first_taker)
    first.commit("offer_split", "payee", payload={"payee_amount": "0"})
    offer = world.one("select id from public.escrow_offers")
    first.expire()
    first.commit("timeout_refund", "timer")
    second = Escrow(world, take(world, order, second_taker, "0.3"), maker, second_taker)
    with refused(world.connection, "offer_not_open"):
        second.commit("accept_split", "payer", payload={"offer_id": offer})


def test_incident_18_paid_is_not_unsaid(world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, "p2p_crypto")
    back = [event for (place, event), (roles, ends) in BY_CELL.items()
            if place == ("performed", "") and "payee" in roles
            and any(end[0] in ("funded", "proposed") for end in ends)]  # fmt: skip
    assert back == []
    with refused(world.connection, "no_revisions_left"):
        escrow.commit("request_revision", "payer")
    escrow.expire()
    with refused(world.connection, "policy_mismatch"):
        escrow.commit("timeout_release", "timer")
    escrow.commit("timeout_dispute", "timer")


@pytest.mark.parametrize("scene", ["proposed", "awaiting_funds", "funding_exception", "void",
                                   "released", "refunded", "split"])  # fmt: skip
def test_incident_21_no_dispute_before_the_money_or_after_the_end(world: World, scene: str) -> None:
    escrow = (CONTRACTS | ONCE)[scene](world, SERVICE)
    for role in ("payer", "payee"):
        with refused(world.connection, "illegal_move", "escrow_closed"):
            escrow.commit("dispute", role)


def test_incident_22_a_dispute_ends_with_its_trade(world: World) -> None:
    escrow = ONCE["decide_with_offers"](world, SERVICE)
    arbiter = escrow.arbiter
    escrow.commit("accept_split", "payer")
    assert world.rows("select status::text, resolution from public.disputes") == [
        ("resolved", "accept_split")
    ]
    for event in ("decide", "propose_decision", "acknowledge"):
        with refused(world.connection, "escrow_closed"):
            escrow.commit(event, "arbiter", actor_id=arbiter)


def test_incident_23_no_other_duty_stands_between_a_party_and_the_money(world: World) -> None:
    """Long past every deadline, and with nothing else done, money can still be given."""
    for scene in ("performed", "statements", "acknowledge", "decide", "approve"):
        with world.connection.transaction(force_rollback=True):
            escrow = (EVERY_POLICY | ONCE)[scene](world, SERVICE)
            world.advance(days=90)
            assert escrow.commit("accept", "payer")["state"] == "released"
