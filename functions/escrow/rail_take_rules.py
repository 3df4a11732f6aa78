"""Which move follows when a rail takes money of a live escrow back, or restores it."""

from decimal import Decimal

from shared.refusals import refusal

from . import deadlines
from .decision import Decision
from .permit import Context


def take(context: Context) -> Decision:
    """The rail says that money is gone for good."""
    said = context.command.payload
    currency = said.get("currency", context.escrow.currency)
    return taken(context, said["amount"], currency, said.get("reference"))


def restore(context: Context) -> Decision:
    """The rail has given back what it had taken: it is held again."""
    move = context.permit("rail_restore")
    said = context.command.payload
    _check(context, said["amount"], said.get("reference"))
    return move.decision(payload={"amount": said["amount"], "reference": said["reference"]})


def taken(context: Context, amount: Decimal, currency: str, reference: str | None) -> Decision:
    """What the rail took is gone, and nothing else is.

    All of it ends the escrow; a part up to rail_part_bps of the amount leaves it as it is; of a
    larger one the rest is disputed. amount: in units of currency; of one beyond what is there the
    database books the rest.
    """
    waiting = context.escrow.state == "funding_exception"
    there = _there(context, currency)
    part = min(amount, there)
    event = (
        _event_of_suspense(context, part, currency) if waiting else _event_of_held(context, part)
    )
    move = context.permit(event)
    _check(context, part, reference)
    due = deadlines.statements(context.snapshot, context.now) if event == "rail_dispute" else None
    gross = Decimal(0) if event == "rail_return" else None
    payload = {"amount": part, "currency": currency, "reference": reference}
    return move.decision(due=due, gross=gross, payload=payload)


def _check(context: Context, amount: Decimal, reference: str | None) -> None:
    if context.escrow.rail == "internal":
        raise refusal("other_rail")
    if not reference:
        raise refusal("reference_required")
    if amount <= 0:
        raise refusal("funds_not_exact")


def _there(context: Context, currency: str) -> Decimal:
    if context.escrow.state == "funding_exception":
        return context.snapshot.waiting.get(currency, Decimal(0))
    return context.escrow.amount if currency == context.escrow.currency else Decimal(0)


def _event_of_suspense(context: Context, part: Decimal, currency: str) -> str:
    left = {code: amount for code, amount in context.snapshot.waiting.items() if code != currency}
    return "rail_take" if left or part < _there(context, currency) else "rail_void"


def _event_of_held(context: Context, part: Decimal) -> str:
    escrow = context.escrow
    if part == escrow.amount:
        return "rail_return"
    gone, whole = escrow.taken_amount + part, escrow.taken_amount + escrow.amount
    small = gone * 10_000 <= whole * context.snapshot.policy.rail_part_bps
    until = escrow.rail_hold_until
    # No dispute begins that the rail would not outlive.
    over = until is not None and context.now >= until
    if small or over or escrow.state not in ("funded", "performed"):
        return "rail_take"
    return "rail_dispute"
