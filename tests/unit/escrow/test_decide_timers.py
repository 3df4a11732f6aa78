"""Timers: one move for every state, and only when the time is up."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from functions.escrow.decision import Decision
from functions.escrow.snapshot import Snapshot
from functions.escrow.timer_rules import decide_timer
from tests.world.decisions.refused import refused
from tests.world.decisions.snapshots import (
    DISPUTE,
    HELD,
    HOUR,
    MOVES,
    NOW,
    POLICY,
    STATES,
    TERMINAL,
    hold,
    overdue,
    snapshot,
)

GOODS = replace(POLICY, payee_silent_event="timeout_dispute", payer_silent_event="timeout_release")
LAPSED: dict[str, Any] = {"kind": "chargeback", "amount": HELD, "lapsed": True}
EXHAUSTED = replace(DISPUTE, reassignments=POLICY.max_reassignments)


def due(state: str, phase: str = "", **situation: Any) -> Snapshot:
    return snapshot(state, phase, "timer", aal="aal1", **{**overdue(), **situation})


def parts(decision: Decision) -> tuple[object, ...]:
    return decision.payer_amount, decision.payee_amount, decision.fee_amount


@pytest.mark.parametrize(
    ("state", "phase", "event"),
    [
        ("proposed", "", "timeout_void"),
        ("awaiting_funds", "", "timeout_void"),
        ("funding_exception", "", "timeout_return"),
        ("funded", "", "timeout_refund"),
        ("performed", "", "timeout_dispute"),
        ("disputed", "statements", "timeout_statements"),
        ("disputed", "acknowledge", "timeout_acknowledge"),
        ("disputed", "decide", "timeout_decide"),
        ("disputed", "approve", "timeout_decide"),
        ("decided", "", "timeout_settle"),
    ],
)
def test_every_state_has_its_timer(state: str, phase: str, event: str) -> None:
    decision = decide_timer(due(state, phase))
    assert decision.event == event
    assert (decision.actor_kind, decision.actor_id, decision.aal) == ("timer", None, None)
    assert decision.idempotency_key is None


def test_every_move_of_the_timer_is_made_by_some_policy() -> None:
    made = {
        decide_timer(due(state, phase, policy=policy, dispute=file, rail_hold_until=until)).event
        for state, phase in STATES
        for policy in (POLICY, GOODS)
        for file in (DISPUTE, EXHAUSTED)
        for until in (None, NOW)
    }
    for state, phase in STATES:
        for end, part in (("lift", 1), ("stand", 1), ("stand", 2), ("stand", 20)):
            lapsed = {**LAPSED, "amount": HELD / part}
            holds = (hold("rail", at_end=end, **lapsed),)
            held = due(state, phase, frozen=True, rail="stripe", holds=holds)
            made.add(decide_timer(held).event)
    assert made == {edge.event for edge in MOVES if edge.actor == "timer"}


@pytest.mark.parametrize(("state", "phase"), STATES)
def test_never_early_never_frozen(state: str, phase: str) -> None:
    with refused("not_due"):
        decide_timer(due(state, phase, expires_at=NOW + HOUR / 3600))
    assert decide_timer(due(state, phase, expires_at=NOW))
    with refused("escrow_frozen"):
        decide_timer(due(state, phase, frozen=True))


@pytest.mark.parametrize("state", TERMINAL)
def test_nothing_is_due_after_the_end(state: str) -> None:
    with refused("escrow_closed"):
        decide_timer(snapshot(state, role="timer"))


def test_a_silent_payee_gets_nothing() -> None:
    assert parts(decide_timer(due("funded"))) == (HELD, 0, 0)
    assert decide_timer(due("funded", policy=GOODS)).event == "timeout_dispute"


def test_a_silent_payer_of_goods_releases() -> None:
    decision = decide_timer(due("performed", policy=GOODS))
    assert decision.event == "timeout_release"
    assert parts(decision) == (0, Decimal("0.0995"), Decimal("0.0005"))


@pytest.mark.parametrize("phase", ["acknowledge", "decide", "approve"])
def test_when_no_arbiter_decides_the_policy_does(phase: str) -> None:
    decision = decide_timer(due("disputed", phase, dispute=EXHAUSTED))
    assert decision.event == "timeout_undecided"
    assert parts(decision) == (Decimal("0.05"), Decimal("0.04975"), Decimal("0.00025"))


@pytest.mark.parametrize(
    ("state", "phase", "payee"),
    [
        ("funded", "", "0"),
        *(
            ("disputed", each, "0.05")
            for each in ("statements", "acknowledge", "decide", "approve")
        ),
    ],
)
def test_no_duty_begins_that_the_rail_would_not_outlive(state: str, phase: str, payee: str) -> None:
    decision = decide_timer(due(state, phase, policy=GOODS, rail_hold_until=NOW))
    assert decision.event == "timeout_hold"
    assert decision.expires_at is None
    assert decision.payer_amount == HELD - Decimal(payee)
    later = NOW + HOUR / 3600
    assert decide_timer(due(state, phase, policy=GOODS, rail_hold_until=later)).expires_at == later


def test_what_settles_by_itself_does_so_on_every_rail() -> None:
    assert decide_timer(due("funded", rail_hold_until=NOW)).event == "timeout_refund"
    assert decide_timer(due("decided", rail_hold_until=NOW)).event == "timeout_settle"
    released = decide_timer(due("performed", policy=GOODS, rail_hold_until=NOW))
    assert released.event == "timeout_release"
    exhausted = due("disputed", "decide", dispute=EXHAUSTED, rail_hold_until=NOW)
    assert decide_timer(exhausted).event == "timeout_undecided"


def test_a_decision_nobody_appealed_is_carried_out() -> None:
    decision = decide_timer(due("decided"))
    assert parts(decision) == (Decimal("0.04"), Decimal("0.0597"), Decimal("0.0003"))


@pytest.mark.parametrize(("state", "phase"), STATES)
def test_the_end_of_a_reason_is_a_move_whatever_the_clocks_say(state: str, phase: str) -> None:
    lapsed = hold("system", "screening", lapsed=True)
    open_still = hold("operator", ends_at=NOW - HOUR)
    decision = decide_timer(due(state, phase, frozen=True, holds=(open_still, lapsed)))
    assert (decision.event, decision.payload) == ("unfreeze", {"hold_id": lapsed.id})
    with refused("escrow_frozen"):
        decide_timer(due(state, phase, frozen=True, holds=(open_still,)))
