"""Consents of the parties: made, replaced, withdrawn, accepted, paused."""

from datetime import datetime

from tests.model.rule_parts import other, payload
from tests.model.things import Escrow, Offer
from tests.model.world import Body, World

MAKES = {"offer_split": "split", "propose_partial": "partial"}
ACCEPTS = {"accept_split": "split", "accept_partial": "partial"}


def keep_offers(
    world: World, escrow: Escrow, d: Body, role: str, frozen_since: datetime | None
) -> None:
    event = d["event"]
    if event in MAKES:
        _end(escrow, "replaced", author=role)
        escrow.offers.append(_made(world, escrow, d, role))
    elif event == "withdraw_offer":
        _end(escrow, "withdrawn", author=role)
    elif event in ("funds_mismatch", "rail_take"):
        # Nobody has agreed to the new total.
        _end(escrow, "replaced", kind="partial")
    elif event in ACCEPTS:
        _end(escrow, "accepted", author=other(role), kind=ACCEPTS[event])
    if event in ("unfreeze", "rail_take"):
        _fit(world, escrow, event, frozen_since)


def _fit(world: World, escrow: Escrow, event: str, frozen_since: datetime | None) -> None:
    for offer in escrow.offers:
        if offer.status != "open":
            continue
        if frozen_since is not None:
            # The last reason is closed: they rested as long as the clocks.
            offer.expires_at += world.now - frozen_since
        if event == "rail_take" and offer.payee_amount is not None:
            offer.payee_amount = min(offer.payee_amount, escrow.amount)


def _end(escrow: Escrow, status: str, author: str | None = None, kind: str | None = None) -> None:
    for offer in escrow.offers:
        if offer.status == "open" and author in (None, offer.author) and kind in (None, offer.kind):
            offer.status = status


def _made(world: World, escrow: Escrow, d: Body, role: str) -> Offer:
    kind, end = MAKES[d["event"]], world.now + escrow.policy.offer
    amount = payload(d).get("payee_amount") if kind == "split" else None
    end = min(end, payload(d).get("offer_expires_at") or end)
    return Offer(None, kind, role, amount, escrow.state_version, end)
