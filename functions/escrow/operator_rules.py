"""Rules for operators: hold an escrow, lift a hold, assign an arbiter."""

from shared.refusals import refusal

from . import deadlines
from .decision import Decision
from .permit import Context
from .snapshot import Hold


def freeze(context: Context) -> Decision:
    """Open a reason to hold the escrow, whatever else holds it: no money moves, the clocks rest."""
    move = context.permit("freeze")
    said = context.command.payload
    if not said.get("reason"):
        raise refusal("reason_required")
    if move.role == "rail" and context.escrow.rail == "internal":
        raise refusal("other_rail")
    return move.decision(payload={"kind": "operator", **said})


def unfreeze(context: Context) -> Decision:
    """Close one's own reason: the one that is named, or the only one. The database gives the clocks
    their time back with the last one."""
    move = context.permit("unfreeze")
    hold = _named(context, move.role)
    if hold.owner_role != move.role:
        raise refusal("not_your_move")
    return move.decision(payload={"hold_id": hold.id})


def _named(context: Context, role: str) -> Hold:
    said = context.command.payload
    if "hold_id" in said:
        found = [hold for hold in context.snapshot.holds if hold.id == str(said["hold_id"])]
    else:
        found = [hold for hold in context.snapshot.holds if hold.owner_role == role]
    if len(found) > 1:
        raise refusal("hold_required")
    if not found:
        raise refusal("hold_not_open")
    return found[0]


def assign(context: Context) -> Decision:
    """Give the case to an arbiter; whether they are eligible only the database knows."""
    return context.permit("assign").decision(
        due=deadlines.acknowledge(context.snapshot, context.now),
        payload={"arbiter_id": str(context.command.payload["arbiter_id"])},
    )
