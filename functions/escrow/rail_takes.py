"""What follows when a rail has taken money of a live escrow back."""

from decimal import Decimal

from shared.refusals import refusal

from .decision import Decision
from .turn import Turn


def take(turn: Turn) -> Decision:
    """The rail says so."""
    said = turn.command.payload
    return taken(turn, said["amount"], said.get("reference"))


def taken(turn: Turn, amount: Decimal, reference: str | None) -> Decision:
    """What the rail took is gone; what it left goes back to the payer. amount: in units of the
    escrow's currency."""
    waiting = turn.escrow.state == "funding_exception"
    move = turn.permit("rail_void" if waiting else "rail_return")
    if turn.escrow.rail == "internal":
        raise refusal("other_rail")
    if not reference:
        raise refusal("reference_required")
    most = (turn.snapshot.suspense or Decimal(0)) if waiting else turn.escrow.amount
    if amount <= 0:
        raise refusal("funds_not_exact")
    payload = {"amount": min(amount, most), "reference": reference}
    return move.decision(gross=None if waiting else Decimal(0), payload=payload)
