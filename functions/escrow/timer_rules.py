"""decide_timer: what happens when a duty was not done in time. Pure, as decide."""

from collections.abc import Callable
from decimal import Decimal

from shared.refusals import refusal

from . import deadlines
from .decision import Command, Decision
from .party_rules import NOTHING
from .permit import Turn
from .rail_take_rules import taken
from .snapshot import HOLDING, Dispute, Hold, Snapshot

_TIMEOUT = Command("timeout")


def decide_timer(snapshot: Snapshot) -> Decision:
    """The move of the timer for an escrow whose time is up.

    Raises Problem: not_due, escrow_frozen, escrow_closed.
    """
    turn = Turn(snapshot, _TIMEOUT, snapshot.now)
    if lapsed := next((hold for hold in snapshot.holds if hold.lapsed), None):
        return _end_of_hold(turn, lapsed)
    state, phase = snapshot.escrow.state, snapshot.escrow.phase
    if rule := _RULES.get(phase or state):
        return rule(turn)
    raise refusal("escrow_closed")


def _end_of_hold(turn: Turn, hold: Hold) -> Decision:
    """Nothing is held for ever: the reason is over, or what the rail has withdrawn stays gone."""
    waiting = turn.escrow.state == "funding_exception" and turn.snapshot.suspense
    if hold.at_end == "stand" and (waiting or turn.escrow.state in HOLDING):
        amount = hold.amount or NOTHING
        return taken(turn, amount, turn.escrow.currency, hold.reference)
    return turn.permit("unfreeze").decision(payload={"hold_id": hold.id})


def _void(turn: Turn) -> Decision:
    return turn.permit("timeout_void").decision()


def _return(turn: Turn) -> Decision:
    return turn.permit("timeout_return").decision()


def _payee_silent(turn: Turn) -> Decision:
    event = turn.snapshot.policy.payee_silent_event
    if event == "timeout_dispute" and _holds_no_longer(turn):
        return _hold(turn, NOTHING)
    return _silent(turn, event)


def _payer_silent(turn: Turn) -> Decision:
    return _silent(turn, turn.snapshot.policy.payer_silent_event)


def _silent(turn: Turn, event: str) -> Decision:
    move = turn.permit(event)
    match event:
        case "timeout_refund":
            return move.decision(gross=NOTHING)
        case "timeout_release":
            return move.decision(gross=turn.escrow.amount)
        case _:
            return move.decision(due=deadlines.statements(turn.snapshot, turn.now))


def _statements(turn: Turn) -> Decision:
    if _holds_no_longer(turn):
        return _hold(turn, _file(turn).undecided_payee_amount)
    return turn.permit("timeout_statements").decision(
        due=deadlines.acknowledge(turn.snapshot, turn.now)
    )


def _acknowledge(turn: Turn) -> Decision:
    return _next_arbiter(turn, "timeout_acknowledge")


def _decide(turn: Turn) -> Decision:
    return _next_arbiter(turn, "timeout_decide")


def _next_arbiter(turn: Turn, event: str) -> Decision:
    file = _file(turn)
    if file.reassignments >= turn.snapshot.policy.max_reassignments:
        return turn.permit("timeout_undecided").decision(gross=file.undecided_payee_amount)
    if _holds_no_longer(turn):
        return _hold(turn, file.undecided_payee_amount)
    return turn.permit(event).decision(due=deadlines.acknowledge(turn.snapshot, turn.now))


def _holds_no_longer(turn: Turn) -> bool:
    """Whether no duty can begin: the rail would not hold the money until its end."""
    until = turn.escrow.rail_hold_until
    return until is not None and turn.now >= until


def _hold(turn: Turn, gross: Decimal) -> Decision:
    return turn.permit("timeout_hold").decision(gross=gross)


def _settle(turn: Turn) -> Decision:
    return turn.permit("timeout_settle").decision(gross=_file(turn).award_payee_amount)


def _file(turn: Turn) -> Dispute:
    file = turn.snapshot.dispute
    if file is None:
        raise ValueError("a disputed escrow has a pending dispute")
    return file


_RULES: dict[str, Callable[[Turn], Decision]] = {
    "proposed": _void,
    "awaiting_funds": _void,
    "funding_exception": _return,
    "funded": _payee_silent,
    "performed": _payer_silent,
    "statements": _statements,
    "acknowledge": _acknowledge,
    "decide": _decide,
    "approve": _decide,
    "decided": _settle,
}
