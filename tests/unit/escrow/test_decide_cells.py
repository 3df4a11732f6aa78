"""Every cell of state x event x actor: what the list of moves allows, and nothing else."""

import pytest

from functions.escrow.decide import RULES, decide
from shared.errors import Problem
from tests.world.decisions.asks import ASKS
from tests.world.decisions.snapshots import (
    ACTOR_ID,
    MOVES,
    NOW,
    ROLES,
    STATES,
    TERMINAL,
    snapshot,
)

# These begin an escrow, or belong to the timer: see test_decide_timers.
NOT_ASKED_FOR = {"take", "open", "outage_credit"}


def chosen(event: str, state: str) -> str:
    """Once money is held, cancelling is an offer with nothing for the payee."""
    if event == "cancel" and state not in ("proposed", "awaiting_funds"):
        return "offer_split"
    if event in ("rail_return", "rail_void"):
        return "rail_void" if state == "funding_exception" else "rail_return"
    if event == "rail_dispute" and state not in ("funded", "performed"):
        return "rail_take"
    return event


def expected(state: str, phase: str, event: str, role: str) -> str:
    """The event where the move is legal, else the code of the refusal."""
    actors = {
        edge.actor
        for edge in MOVES
        if (edge.from_state, edge.from_phase, edge.event) == (state, phase, event)
    }
    if not actors:
        return "illegal_move"
    return event if role in actors else "not_your_move"


def outcome(state: str, phase: str, event: str, role: str) -> str:
    ask = ASKS[event](role)
    try:
        decision = decide(snapshot(state, phase, role, **ask.situation), ask.command(), NOW)
    except Problem as problem:
        return problem.slug
    machine = role in ("timer", "rail", "system")
    assert decision.actor_kind == (role if machine else "user")
    assert decision.actor_id == (None if machine else ACTOR_ID)
    assert decision.expected_version == 7
    return decision.event


@pytest.mark.parametrize("event", sorted(ASKS))
@pytest.mark.parametrize(("state", "phase"), STATES)
def test_cell(state: str, phase: str, event: str) -> None:
    wanted = chosen(event, state)
    outcomes = {role: outcome(state, phase, event, role) for role in ROLES}
    assert outcomes == {role: expected(state, phase, wanted, role) for role in ROLES}


@pytest.mark.parametrize("event", sorted(ASKS))
@pytest.mark.parametrize("state", TERMINAL)
def test_nothing_moves_a_closed_escrow(state: str, event: str) -> None:
    assert {outcome(state, "", event, role) for role in ROLES} == {"escrow_closed"}


def test_every_event_can_be_asked_for() -> None:
    events = {edge.event for edge in MOVES if edge.actor != "timer"}
    assert events - NOT_ASKED_FOR == set(ASKS)


def test_every_word_is_asked() -> None:
    # The word of the other product; see test_decide_products.
    assert {ask("payer").word for ask in ASKS.values()} | {"deliver"} == set(RULES)
