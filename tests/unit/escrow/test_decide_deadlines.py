"""Which deadline every move sets. Every duty restarts its own clock."""

from datetime import timedelta

import pytest

from functions.escrow.decide import decide
from functions.escrow.timer_rules import decide_timer
from shared.generated.edges import Edge
from tests.world.decisions.asks import ASKS
from tests.world.decisions.snapshots import (
    ESCROW,
    GRACE,
    MOVES,
    NOW,
    POLICY,
    STATES,
    TERMINAL,
    overdue,
    snapshot,
)

PERFORM = ESCROW.perform_within

# Of moves that change the duty; every other move leaves the clock alone.
WITHIN = {
    "perform": ESCROW.accept_within,
    "request_revision": PERFORM,
    "fund": PERFORM,
    "funds_confirmed": PERFORM,
    "top_up": PERFORM,
    "accept_partial": PERFORM,
    "countersign": POLICY.fund_within,
    "funds_mismatch": POLICY.exception_within,
    "dispute": POLICY.statement_within,
    "rail_dispute": POLICY.statement_within,
    "timeout_dispute": POLICY.statement_within,
    "statement": POLICY.statement_within,
    "statement_reply": POLICY.acknowledge_within,
    "timeout_statements": POLICY.acknowledge_within,
    "timeout_acknowledge": POLICY.acknowledge_within,
    "timeout_decide": POLICY.acknowledge_within,
    "assign": POLICY.acknowledge_within,
    "appeal": POLICY.acknowledge_within,
    "acknowledge": POLICY.decide_within,
    "propose_decision": POLICY.decide_within,
    "reject_decision": POLICY.decide_within,
    "decide": POLICY.appeal_within,
    "approve_decision": POLICY.appeal_within,
}
ASKED = [edge for edge in MOVES if edge.event in ASKS]


def name(edge: Edge) -> str:
    return f"{edge.from_state}-{edge.from_phase}-{edge.event}-{edge.actor}-{edge.to_state}"


@pytest.mark.parametrize("edge", ASKED, ids=name)
def test_asked(edge: Edge) -> None:
    ask = ASKS[edge.event](edge.actor)
    read = snapshot(edge.from_state or "", edge.from_phase, edge.actor, **ask.situation)
    decision = decide(read, ask.command(), NOW)
    within = WITHIN.get(edge.event)
    deadline = None if within is None else NOW + within
    grace = GRACE if within == PERFORM else timedelta(0)
    assert decision.deadline_at == deadline
    assert decision.expires_at == (deadline and deadline + grace)


@pytest.mark.parametrize(("state", "phase"), STATES)
def test_timed(state: str, phase: str) -> None:
    decision = decide_timer(snapshot(state, phase, "timer", **overdue()))
    within = WITHIN.get(decision.event)
    assert decision.deadline_at == (None if within is None else NOW + within)
    assert decision.expires_at == decision.deadline_at


def test_whoever_enters_a_live_state_sets_a_clock() -> None:
    entering = {
        edge.event
        for edge in MOVES
        if edge.to_state not in TERMINAL
        and (edge.from_state, edge.from_phase) != (edge.to_state, edge.to_phase)
    }
    assert entering <= set(WITHIN)


def test_a_rail_that_holds_shorter_shortens_the_duty() -> None:
    until = NOW + timedelta(minutes=5)
    read = snapshot(role="payee", rail_hold_until=until)
    decision = decide(read, ASKS["perform"]("payee").command(), NOW)
    assert (decision.deadline_at, decision.expires_at) == (until, until)
