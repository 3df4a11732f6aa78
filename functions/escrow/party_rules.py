"""Rules for the parties: perform, accept, give up, agree."""

from decimal import Decimal

from shared.refusals import refusal

from . import deadlines
from .decision import Decision
from .permit import Turn
from .settlement import fits
from .snapshot import Offer

NOTHING = Decimal(0)


def mark_paid(turn: Turn) -> Decision:
    """The payee of a trade says that the bank money is sent."""
    return _perform(turn, "p2p", "reference")


def deliver(turn: Turn) -> Decision:
    """The payee of a milestone hands it over."""
    return _perform(turn, "market", "note", "files")


def release(turn: Turn) -> Decision:
    """The payer gives all to the payee.

    Before performance with confirm: true; after it, where the policy asks who paid, with
    payer_name_matches: true. Never with another payer_name_matches.
    """
    move = turn.permit("accept")
    said = turn.command.payload
    early = turn.escrow.state == "funded"
    if early and said.get("confirm") is not True:
        raise refusal("confirmation_required")
    word = said.get("payer_name_matches")
    asked = turn.snapshot.policy.attest_payer_name and not early
    # Where nobody asks, who says no does not mean to pay all the same.
    if word is not True and (asked or word is not None):
        raise refusal("attestation_required")
    return move.decision(
        gross=turn.escrow.amount, payload=_given(turn, "confirm", "payer_name_matches")
    )


def concede(turn: Turn) -> Decision:
    """The payee gives all back."""
    return turn.permit("concede").decision(gross=NOTHING)


def request_revision(turn: Turn) -> Decision:
    """The payer asks for another performance."""
    move = turn.permit("request_revision")
    if turn.escrow.revision_count >= turn.snapshot.policy.max_revisions:
        raise refusal("no_revisions_left")
    return move.decision(
        due=deadlines.perform(turn.snapshot, turn.now), payload=_given(turn, "reason")
    )


def cancel(turn: Turn) -> Decision:
    """Before money is held a party ends it alone; after, both must want nothing for the payee."""
    if turn.escrow.state in ("proposed", "awaiting_funds"):
        return turn.permit("cancel").decision()
    return _split(turn, NOTHING)


def offer_split(turn: Turn) -> Decision:
    """Offer to divide; settles at once on the terms of an offer that is as good or better."""
    return _split(turn, turn.command.payload["payee_amount"])


def accept_split(turn: Turn) -> Decision:
    """Settle on the other side's offer."""
    side, wanted = turn.side(), str(turn.command.payload["offer_id"])
    for offer in turn.snapshot.offers:
        if offer.id == wanted and offer.kind == "split" and offer.author_role != side:
            return _settle(turn, offer)
    turn.permit("accept_split")
    raise refusal("offer_not_open")


def withdraw_offer(turn: Turn) -> Decision:
    """Take back whatever one has offered."""
    move = turn.permit("withdraw_offer")
    if not any(offer.author_role == move.role for offer in turn.snapshot.offers):
        raise refusal("offer_not_open")
    return move.decision()


def _split(turn: Turn, gross: Decimal) -> Decision:
    side = turn.side()
    for offer in turn.snapshot.offers:
        if offer.kind == "split" and side and offer.author_role != side and _meets(offer, gross):
            return _settle(turn, offer)
    move = turn.permit("offer_split", gross)
    if not 0 <= gross <= turn.escrow.amount or not fits(gross, turn.escrow.decimals):
        raise refusal("offer_out_of_range")
    return move.decision(payload={"payee_amount": gross})


def _meets(offer: Offer, gross: Decimal) -> bool:
    standing = offer.payee_amount
    if standing is None:
        return False
    return standing >= gross if offer.author_role == "payer" else standing <= gross


def _settle(turn: Turn, offer: Offer) -> Decision:
    move = turn.permit("accept_split", offer.payee_amount)
    return move.decision(gross=offer.payee_amount, payload={"offer_id": offer.id})


def _perform(turn: Turn, product: str, *names: str) -> Decision:
    move = turn.permit("perform")
    if turn.escrow.product != product:
        raise refusal("illegal_move")
    return move.decision(
        due=deadlines.accept(turn.snapshot, turn.now), payload=_given(turn, *names)
    )


def _given(turn: Turn, *names: str) -> dict[str, object]:
    payload = turn.command.payload
    return {name: payload[name] for name in names if payload.get(name) is not None}
