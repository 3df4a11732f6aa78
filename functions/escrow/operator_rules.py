"""Rules for who holds an escrow and lets it go, and for who gives it to an arbiter."""

from shared.refusals import refusal

from . import deadlines
from .decision import Decision
from .permit import Turn
from .snapshot import Hold


def freeze(turn: Turn) -> Decision:
    """Open a reason to hold the escrow, whatever else holds it: no money moves, the clocks rest."""
    move = turn.permit("freeze")
    said = turn.command.payload
    if not said.get("reason"):
        raise refusal("reason_required")
    if move.role == "rail" and turn.escrow.rail == "internal":
        raise refusal("other_rail")
    return move.decision(payload={"kind": "operator", **said})


def unfreeze(turn: Turn) -> Decision:
    """Close one's own reason: the one that is named, or the only one. The database gives the clocks
    their time back with the last one."""
    move = turn.permit("unfreeze")
    hold = _named(turn, move.role)
    if hold.owner_role != move.role:
        raise refusal("not_your_move")
    return move.decision(payload={"hold_id": hold.id})


def _named(turn: Turn, role: str) -> Hold:
    said = turn.command.payload
    if "hold_id" in said:
        found = [hold for hold in turn.snapshot.holds if hold.id == str(said["hold_id"])]
    else:
        found = [hold for hold in turn.snapshot.holds if hold.owner_role == role]
    if len(found) > 1:
        raise refusal("hold_required")
    if not found:
        raise refusal("hold_not_open")
    return found[0]


def assign(turn: Turn) -> Decision:
    """Give the case to an arbiter; whether they are eligible only the database knows."""
    return turn.permit("assign").decision(
        due=deadlines.acknowledge(turn.snapshot, turn.now),
        payload={"arbiter_id": str(turn.command.payload["arbiter_id"])},
    )
