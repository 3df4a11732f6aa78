"""Rules for signing and for money that comes from outside."""

from shared.refusals import refusal

from . import deadlines
from .decision import Decision
from .permit import Move, Turn


def sign(turn: Turn) -> Decision:
    """A party signs the terms; the second signature opens the funding."""
    first = not turn.escrow.signed_by
    move = turn.permit("sign" if first else "countersign")
    terms_hash = turn.command.payload.get("terms_hash")
    if terms_hash != turn.escrow.terms_hash:
        raise refusal("terms_differ")
    if move.role in turn.escrow.signed_by:
        raise refusal("already_signed")
    due = None if first else deadlines.fund(turn.snapshot, turn.now)
    return move.decision(due=due, payload={"terms_hash": terms_hash})


def funds_confirmed(turn: Turn) -> Decision:
    """The rail holds exactly what was agreed, in time by its own clock."""
    move = turn.permit("funds_confirmed")
    arrived, expires_at = turn.command.payload, turn.escrow.expires_at
    if arrived["amount"] != turn.escrow.amount or arrived["currency"] != turn.escrow.currency:
        raise refusal("funds_not_exact")
    if expires_at is None or arrived["provider_time"] > expires_at:
        raise refusal("funds_late")
    return _funded(move)


def fund(turn: Turn) -> Decision:
    """The payer pays what was agreed from the balance."""
    move = turn.permit("fund")
    if turn.escrow.rail != "internal":
        raise refusal("other_rail")
    return move.decision(due=deadlines.perform(turn.snapshot, turn.now))


def funds_mismatch(turn: Turn) -> Decision:
    """The rail holds something else than was agreed."""
    move = turn.permit("funds_mismatch")
    if not turn.command.payload.get("reason"):
        raise refusal("reason_required")
    if turn.command.payload["amount"] <= 0:
        raise refusal("funds_not_exact")
    return move.decision(
        due=deadlines.exception(turn.snapshot, turn.now), payload=turn.command.payload
    )


def top_up(turn: Turn) -> Decision:
    """What was missing arrives, from the rail or from the payer's balance."""
    move = turn.permit("top_up")
    if move.role == "rail":
        arrived, suspense = turn.command.payload, turn.snapshot.suspense or 0
        if arrived.get("currency") != turn.escrow.currency or arrived["amount"] <= 0:
            raise refusal("funds_not_exact")
        if suspense + arrived["amount"] < turn.escrow.amount:
            raise refusal("funds_not_exact")
    return _funded(move)


def propose_partial(turn: Turn) -> Decision:
    """A side agrees to hold what arrived instead of what was agreed."""
    move = turn.permit("propose_partial")
    _check_suspense(turn)
    return move.decision()


def accept_partial(turn: Turn) -> Decision:
    """The other side agrees too."""
    move = turn.permit("accept_partial")
    _check_suspense(turn)
    if not any(
        offer.kind == "partial" and offer.author_role != move.role for offer in turn.snapshot.offers
    ):
        raise refusal("other_side_pending")
    return _funded(move)


def return_funds(turn: Turn) -> Decision:
    """The payer takes back what arrived."""
    return turn.permit("return_funds").decision()


def _funded(move: Move) -> Decision:
    turn = move.turn
    return move.decision(
        due=deadlines.perform(turn.snapshot, turn.now), payload=turn.command.payload
    )


def _check_suspense(turn: Turn) -> None:
    if not turn.snapshot.suspense:
        raise refusal("funds_not_exact")
