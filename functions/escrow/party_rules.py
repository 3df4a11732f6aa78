"""Rules for the parties: perform, accept, give up, agree."""

from decimal import Decimal

from shared.refusals import refusal

from . import deadlines
from .decision import Decision
from .permit import Context
from .settlement import fits
from .snapshot import Offer

NOTHING = Decimal(0)


def mark_paid(context: Context) -> Decision:
    """The payee of a trade says that the bank money is sent."""
    return _perform(context, "p2p", "reference")


def deliver(context: Context) -> Decision:
    """The payee of a milestone hands it over."""
    return _perform(context, "market", "note", "files")


def release(context: Context) -> Decision:
    """The payer gives all to the payee.

    Before performance with confirm: true; after it, where the policy asks who paid, with
    payer_name_matches: true. Never with another payer_name_matches.
    """
    move = context.permit("accept")
    said = context.command.payload
    early = context.escrow.state == "funded"
    if early and said.get("confirm") is not True:
        raise refusal("confirmation_required")
    matches = said.get("payer_name_matches")
    asked = context.snapshot.policy.attest_payer_name and not early
    # Where nobody asks, who says no does not mean to pay all the same.
    if matches is not True and (asked or matches is not None):
        raise refusal("attestation_required")
    return move.decision(
        gross=context.escrow.amount, payload=_given(context, "confirm", "payer_name_matches")
    )


def concede(context: Context) -> Decision:
    """The payee gives all back."""
    return context.permit("concede").decision(gross=NOTHING)


def request_revision(context: Context) -> Decision:
    """The payer asks for another performance."""
    move = context.permit("request_revision")
    if context.escrow.revision_count >= context.snapshot.policy.max_revisions:
        raise refusal("no_revisions_left")
    return move.decision(
        due=deadlines.perform(context.snapshot, context.now), payload=_given(context, "reason")
    )


def cancel(context: Context) -> Decision:
    """Before money is held a party ends it alone; after, both must want nothing for the payee."""
    if context.escrow.state in ("proposed", "awaiting_funds"):
        return context.permit("cancel").decision()
    return _split(context, NOTHING)


def offer_split(context: Context) -> Decision:
    """Offer to divide; settles at once on the terms of an offer that is as good or better."""
    return _split(context, context.command.payload["payee_amount"])


def accept_split(context: Context) -> Decision:
    """Settle on the other side's offer."""
    side, wanted = context.side(), str(context.command.payload["offer_id"])
    for offer in context.snapshot.offers:
        if offer.id == wanted and offer.kind == "split" and offer.author_role != side:
            return _settle(context, offer)
    context.permit("accept_split")
    raise refusal("offer_not_open")


def withdraw_offer(context: Context) -> Decision:
    """Take back whatever one has offered."""
    move = context.permit("withdraw_offer")
    if not any(offer.author_role == move.role for offer in context.snapshot.offers):
        raise refusal("offer_not_open")
    return move.decision()


def _split(context: Context, gross: Decimal) -> Decision:
    side = context.side()
    for offer in context.snapshot.offers:
        if offer.kind == "split" and side and offer.author_role != side and _meets(offer, gross):
            return _settle(context, offer)
    move = context.permit("offer_split", gross)
    if not 0 <= gross <= context.escrow.amount or not fits(gross, context.escrow.decimals):
        raise refusal("offer_out_of_range")
    return move.decision(payload={"payee_amount": gross})


def _meets(offer: Offer, gross: Decimal) -> bool:
    standing = offer.payee_amount
    if standing is None:
        return False
    return standing >= gross if offer.author_role == "payer" else standing <= gross


def _settle(context: Context, offer: Offer) -> Decision:
    move = context.permit("accept_split", offer.payee_amount)
    return move.decision(gross=offer.payee_amount, payload={"offer_id": offer.id})


def _perform(context: Context, product: str, *names: str) -> Decision:
    move = context.permit("perform")
    if context.escrow.product != product:
        raise refusal("illegal_move")
    return move.decision(
        due=deadlines.accept(context.snapshot, context.now), payload=_given(context, *names)
    )


def _given(context: Context, *names: str) -> dict[str, object]:
    payload = context.command.payload
    return {name: payload[name] for name in names if payload.get(name) is not None}
