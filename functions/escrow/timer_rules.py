"""decide_timer: what happens when a duty was not done in time. Pure, as decide."""

from collections.abc import Callable
from decimal import Decimal

from shared.refusals import refusal

from . import deadlines
from .decision import Command, Decision
from .party_rules import NOTHING
from .permit import Context
from .rail_take_rules import taken
from .snapshot import HOLDING, Dispute, Hold, Snapshot

_TIMEOUT = Command("timeout")


def decide_timer(snapshot: Snapshot) -> Decision:
    """The move of the timer for an escrow whose time is up.

    Raises Problem: not_due, escrow_frozen, escrow_closed.
    """
    context = Context(snapshot, _TIMEOUT, snapshot.now)
    if lapsed := next((hold for hold in snapshot.holds if hold.lapsed), None):
        return _end_of_hold(context, lapsed)
    state, phase = snapshot.escrow.state, snapshot.escrow.phase
    if rule := _RULES.get(phase or state):
        return rule(context)
    raise refusal("escrow_closed")


def _end_of_hold(context: Context, hold: Hold) -> Decision:
    """Nothing is held for ever: the reason is over, or what the rail has withdrawn stays gone."""
    waiting = context.escrow.state == "funding_exception" and context.snapshot.suspense
    if hold.at_end == "stand" and (waiting or context.escrow.state in HOLDING):
        amount = hold.amount or NOTHING
        return taken(context, amount, context.escrow.currency, hold.reference)
    return context.permit("unfreeze").decision(payload={"hold_id": hold.id})


def _void(context: Context) -> Decision:
    return context.permit("timeout_void").decision()


def _return(context: Context) -> Decision:
    return context.permit("timeout_return").decision()


def _payee_silent(context: Context) -> Decision:
    event = context.snapshot.policy.payee_silent_event
    if event == "timeout_dispute" and _holds_no_longer(context):
        return _hold(context, NOTHING)
    return _silent(context, event)


def _payer_silent(context: Context) -> Decision:
    return _silent(context, context.snapshot.policy.payer_silent_event)


def _silent(context: Context, event: str) -> Decision:
    move = context.permit(event)
    match event:
        case "timeout_refund":
            return move.decision(gross=NOTHING)
        case "timeout_release":
            return move.decision(gross=context.escrow.amount)
        case _:
            return move.decision(due=deadlines.statements(context.snapshot, context.now))


def _statements(context: Context) -> Decision:
    if _holds_no_longer(context):
        return _hold(context, _file(context).undecided_payee_amount)
    return context.permit("timeout_statements").decision(
        due=deadlines.acknowledge(context.snapshot, context.now)
    )


def _acknowledge(context: Context) -> Decision:
    return _next_arbiter(context, "timeout_acknowledge")


def _decide(context: Context) -> Decision:
    return _next_arbiter(context, "timeout_decide")


def _next_arbiter(context: Context, event: str) -> Decision:
    file = _file(context)
    if file.reassignments >= context.snapshot.policy.max_reassignments:
        return context.permit("timeout_undecided").decision(gross=file.undecided_payee_amount)
    if _holds_no_longer(context):
        return _hold(context, file.undecided_payee_amount)
    return context.permit(event).decision(due=deadlines.acknowledge(context.snapshot, context.now))


def _holds_no_longer(context: Context) -> bool:
    """Whether no duty can begin: the rail would not hold the money until its end."""
    until = context.escrow.rail_hold_until
    return until is not None and context.now >= until


def _hold(context: Context, gross: Decimal) -> Decision:
    return context.permit("timeout_hold").decision(gross=gross)


def _settle(context: Context) -> Decision:
    return context.permit("timeout_settle").decision(gross=_file(context).award_payee_amount)


def _file(context: Context) -> Dispute:
    file = context.snapshot.dispute
    if file is None:
        raise ValueError("a disputed escrow has a pending dispute")
    return file


_RULES: dict[str, Callable[[Context], Decision]] = {
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
