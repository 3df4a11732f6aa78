"""Rules for operators: freeze, unfreeze, assign."""

from shared.refusals import refusal

from . import deadlines
from .decision import Decision
from .turn import Turn


def freeze(turn: Turn) -> Decision:
    """Block every money move and stop every clock."""
    move = turn.permit("freeze")
    if not turn.command.payload.get("reason"):
        raise refusal("reason_required")
    return move.decision(payload={"reason": turn.command.payload["reason"]})


def unfreeze(turn: Turn) -> Decision:
    """Go on; the database adds the frozen time to every clock."""
    return turn.permit("unfreeze").decision()


def assign(turn: Turn) -> Decision:
    """Give the case to an arbiter; whether they are eligible only the database knows."""
    return turn.permit("assign").decision(
        due=deadlines.acknowledge(turn.snapshot, turn.now),
        payload={"arbiter_id": str(turn.command.payload["arbiter_id"])},
    )
