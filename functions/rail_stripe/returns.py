"""Refunds and transfers, as they stand now: news of our own, and what others ordered at Stripe."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.db import Database

from .answers import NotOurs, NotYet, told
from .api import StripeApi
from .intents import RAIL, Funding, follow_funding, funding_of
from .objects import Refund

_OURS = re.compile(r"payout:([0-9a-f-]{36}):\d+")


def follow_refunds(db: Database, api: StripeApi, intent_id: str) -> str:
    """Look at all refunds of an intent; how many there are. Raises NotOurs, NotYet, Problem."""
    funding = funding_of(db, intent_id)
    refunds = told(api.refunds(intent_id))
    foreign = [each for each in refunds if not _payout_of(each.key)]
    if foreign and not funding["closed"] and follow_funding(db, api, funding) != "succeeded":
        raise NotYet("a refund of money that has not come")
    for refund in foreign:
        _from_outside(db, funding, refund)
    for refund in refunds:
        if payout_id := _payout_of(refund.key):
            back = refund.amount if refund.returned else Decimal(0)
            _news(db, payout_id, refund.id, back)
    return f"refunds: {len(refunds)}"


def follow_transfers(db: Database, api: StripeApi, escrow_id: str) -> str:
    """Look at all transfers of an escrow; how many there are. Raises NotOurs, NotYet, Problem."""
    try:
        transfers = told(api.transfers(str(UUID(escrow_id))))
    except ValueError:
        raise NotOurs("not a transfer of ours") from None
    for transfer in transfers:
        if payout_id := _payout_of(transfer.key):
            _news(db, payout_id, transfer.id, transfer.amount_reversed)
    return f"transfers: {len(transfers)}"


def _payout_of(key: str | None) -> str | None:
    found = _OURS.fullmatch(key or "")
    return found[1] if found else None


def _news(db: Database, payout_id: str, reference: str, back: Decimal) -> None:
    """The worker that pays is told to look; back: what of a payment is at the platform again."""
    known: dict[str, Any] | None = db.service_rpc(
        "payout_news", {"payout_id": payout_id}, repeatable=True
    )
    if known is None or not back or known["provider_reference"] not in (None, reference):
        return
    if known["state"] in ("claimed", "submitted", "unknown"):
        raise NotYet("the payment that came back is not recorded yet")
    if known["state"] == "confirmed":
        returned = {"payout_id": payout_id, "provider_reference": reference, "amount": back}
        db.service_rpc("payout_returned", {"returned": returned}, repeatable=True)


def _from_outside(db: Database, funding: Funding, refund: Refund) -> None:
    """Somebody refunded in Stripe's dashboard: the money has left without us."""
    report = {
        "rail": RAIL,
        "escrow_id": funding["escrow_id"],
        "currency": refund.currency,
        "amount": refund.amount,
        "reference": refund.id,
        "provider_time": datetime.now(UTC).isoformat(),
    }
    if refund.posting:
        lost = {"provider_event_id": refund.id, "kind": "reversal_lost"}
        fields = {**report, **lost, "reason": "refunded_outside"}
        db.service_rpc("rail_report", {"report": fields}, repeatable=True)
    if refund.returned:
        back = {"provider_event_id": f"{refund.id}:returned", "kind": "reversal_won"}
        db.service_rpc("rail_report", {"report": {**report, **back}}, repeatable=True)
