"""Rules for signing and for money that comes from outside."""

from shared.refusals import refusal

from . import deadlines
from .decision import Decision
from .permit import Context, Move


def sign(context: Context) -> Decision:
    """A party signs the terms; the second signature opens the funding."""
    first = not context.escrow.signed_by
    move = context.permit("sign" if first else "countersign")
    terms_hash = context.command.payload.get("terms_hash")
    if terms_hash != context.escrow.terms_hash:
        raise refusal("terms_differ")
    if move.role in context.escrow.signed_by:
        raise refusal("already_signed")
    due = None if first else deadlines.fund(context.snapshot, context.now)
    return move.decision(due=due, payload={"terms_hash": terms_hash})


def funds_confirmed(context: Context) -> Decision:
    """The rail holds exactly what was agreed, in time by its own clock."""
    move = context.permit("funds_confirmed")
    arrived, expires_at = context.command.payload, context.escrow.expires_at
    if arrived["amount"] != context.escrow.amount or arrived["currency"] != context.escrow.currency:
        raise refusal("funds_not_exact")
    if expires_at is None or arrived["provider_time"] > expires_at:
        raise refusal("funds_late")
    return _funded(move)


def fund(context: Context) -> Decision:
    """The payer pays what was agreed from the balance."""
    move = context.permit("fund")
    if context.escrow.rail != "internal":
        raise refusal("other_rail")
    return move.decision(due=deadlines.perform(context.snapshot, context.now))


def funds_mismatch(context: Context) -> Decision:
    """The rail holds something else than was agreed."""
    move = context.permit("funds_mismatch")
    if not context.command.payload.get("reason"):
        raise refusal("reason_required")
    if context.command.payload["amount"] <= 0:
        raise refusal("funds_not_exact")
    return move.decision(
        due=deadlines.exception(context.snapshot, context.now), payload=context.command.payload
    )


def top_up(context: Context) -> Decision:
    """What was missing arrives, from the rail or from the payer's balance."""
    move = context.permit("top_up")
    if move.role == "rail":
        arrived, suspense = context.command.payload, context.snapshot.suspense or 0
        if arrived.get("currency") != context.escrow.currency or arrived["amount"] <= 0:
            raise refusal("funds_not_exact")
        if suspense + arrived["amount"] < context.escrow.amount:
            raise refusal("funds_not_exact")
    return _funded(move)


def propose_partial(context: Context) -> Decision:
    """A side agrees to hold what arrived instead of what was agreed."""
    move = context.permit("propose_partial")
    _check_suspense(context)
    return move.decision()


def accept_partial(context: Context) -> Decision:
    """The other side agrees too."""
    move = context.permit("accept_partial")
    _check_suspense(context)
    if not any(
        offer.kind == "partial" and offer.author_role != move.role
        for offer in context.snapshot.offers
    ):
        raise refusal("other_side_pending")
    return _funded(move)


def return_funds(context: Context) -> Decision:
    """The payer takes back what arrived."""
    return context.permit("return_funds").decision()


def _funded(move: Move) -> Decision:
    context = move.context
    return move.decision(
        due=deadlines.perform(context.snapshot, context.now), payload=context.command.payload
    )


def _check_suspense(context: Context) -> None:
    if not context.snapshot.suspense:
        raise refusal("funds_not_exact")
