"""Incidents of other systems, numbered as in incidents.md beside this file.

Those from 21 on are in test_incidents_later.py; races run on real connections in
test_races.py. Others stand where their subject is tested.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.world.escrow import Escrow
from tests.world.moves import BY_CELL, EVENTS, MOVES, TERMINAL
from tests.world.rails import payments
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY, ONCE
from tests.world.trades import funded, sell_order, signed, take
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


def test_incident_07_a_lost_answer_is_no_failure(world: World) -> None:
    """The caller saw a timeout; asking again with the key tells what really happened."""
    party = world.user()
    command = {"kind": "deposit", "party_id": party, "currency": "BTC", "amount": "1",
               "actor_id": world.operator, "aal": "aal2", "idempotency_key": "k",
               "reference": "slip 1",
               "request_hash": "h"}  # fmt: skip
    lost = world.call("ledger_move_external", command)
    assert world.call("ledger_move_external", command)["transfer_id"] == lost["transfer_id"]
    assert world.balance(party) == (1, 0, 0)


def test_incident_08_a_move_waits_for_nobody_outside(world: World) -> None:
    """All a transition can reach is the database: the rest is a row for the relay."""
    languages = world.rows(
        "select distinct l.lanname from pg_proc as p join pg_language as l on l.oid = p.prolang "
        "where p.prokind = 'f' and p.pronamespace::regnamespace::text "
        "in ('public', 'private', 'ledger', 'service')"
    )
    assert {row[0] for row in languages} <= {"sql", "plpgsql"}
    escrow = EVERY_POLICY["performed"](world, SERVICE)
    escrow.commit("accept", "payer")
    assert world.one(
        "select payload ->> 'state' from private.outbox where object_id = %s "
        "order by id desc limit 1", escrow.id,
    ) == "released"  # fmt: skip


def test_incident_09_no_deadline_lies_beyond_what_the_rail_holds(world: World) -> None:
    escrow = funded(world, SERVICE)
    world.run("alter table public.escrow_transactions disable trigger user")
    world.run("update public.escrow_transactions set rail_hold_until = expires_at")
    world.run("alter table public.escrow_transactions enable trigger user")
    later = world.now() + timedelta(days=2)
    for deadline in (world.now() + timedelta(minutes=1), later):
        with refused(world.connection, "rail_hold_too_short"):
            escrow.commit("perform", "payee", deadline_at=deadline, expires_at=later)
    with refused(world.connection, "escrow_transactions_outlived_by_rail"):
        world.run(
            "update public.escrow_transactions set version = version + 1, state = 'performed', "
            "last_event = 'perform', last_actor_role = 'payee', expires_at = %s where id = %s",
            later, escrow.id,
        )  # fmt: skip


def test_incident_10_every_duty_has_a_clock_of_its_own(world: World) -> None:
    """The peer who was slow leaves the other the whole time."""
    escrow = funded(world, SERVICE)
    for event, role in (("perform", "payee"), ("request_revision", "payer"), ("perform", "payee"),
                        ("dispute", "payer")):  # fmt: skip
        world.advance(minutes=59)
        with refused(world.connection, "deadline_missing"):
            escrow.commit(event, role, deadline_at=None, expires_at=None)
        escrow.commit(event, role)
        left = world.one(
            "select deadline_at - private.clock() from public.escrow_transactions where id = %s",
            escrow.id,
        )
        assert left > timedelta(minutes=59)


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


def test_incident_14_money_in_time_by_the_providers_clock_counts(world: World) -> None:
    escrow = signed(world)
    end = world.one("select expires_at from public.escrow_transactions")
    escrow.expire()
    money = escrow.payload("funds_confirmed", "rail", escrow.row()) | {"provider_time": end}
    sweep = escrow.decision("timeout_void", "timer")
    escrow.commit("funds_confirmed", "rail", payload=money)
    assert escrow.try_many(sweep)[0]["refusal"] == "stale_version"
    assert escrow.place == ("funded", "")


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


def test_incident_17_cancelling_what_was_just_taken_costs_nobody_anything(world: World) -> None:
    order, maker = sell_order(world)
    taker = world.user()
    trade = Escrow(world, take(world, order, taker, "1"), maker, taker)
    world.command("order_cancel", order_id=order, actor_id=maker)
    assert trade.place == ("funded", "")
    assert world.balance(maker) == (1, 0, 1)
    trade.commit("perform", "payee")
    trade.commit("accept", "payer")
    assert world.balance(taker)[0] == Decimal("0.995")


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


def test_incident_19_an_award_touches_its_own_bond_only(world: World) -> None:
    parties = (world.user("payer"), world.user("payee"))
    both = []
    for _ in range(2):
        escrow = funded(world, SERVICE, parties=parties, rail="internal")
        for event, role in (("perform", "payee"), ("dispute", "payer"), ("statement", "payer"),
                            ("statement_reply", "payee"), ("acknowledge", "arbiter"),
                            ("decide", "arbiter"), ("appeal", "payee"),
                            ("acknowledge", "arbiter"), ("decide", "arbiter")):  # fmt: skip
            escrow.commit(event, role)
        both.append(escrow)
    before = world.balance(parties[1], USDC)
    assert before[2] == 4
    both[0].expire()
    both[0].commit("timeout_settle", "timer")
    # One bond is gone, the award has come; what was there stays, and so does the other bond.
    assert world.balance(parties[1], USDC) == (before[0] + Decimal("23.75"), 0, 2)
    assert world.problems() == []


def test_incident_20_an_undone_withdrawal_gives_all_of_it_back(world: World) -> None:
    party = world.user()
    world.deposit(party, "1")
    gone = world.command(
        "ledger_move_external",
        kind="withdrawal",
        party_id=party,
        currency="BTC",
        amount="0.7",
        actor_id=world.operator,
        aal="aal2",
    )
    world.command("ledger_reverse", transfer_id=gone["transfer_id"], reason="refused by the rail",
                  actor_id=world.operator, aal="aal2")  # fmt: skip
    assert world.balance(party) == (1, 0, 0)
