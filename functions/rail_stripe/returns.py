"""Refunds and transfers, by their present state: our own, and those that others ordered at
Stripe."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shared.db import Database

from .answers import NotYet, told
from .api import StripeApi
from .books import RAIL, Moved, about, compare, posted
from .intents import DepositRequest, follow_request, request_of
from .objects import Refund, Transfer

_OURS = re.compile(r"payout:([0-9a-f-]{36}):\d+")
_UNDER_WAY = ("claimed", "submitted", "unknown")


@dataclass(frozen=True, slots=True)
class _Sent:
    """A refund or a transfer. out: what of it has left, back: what of that is here again, both in
    units of currency. moved: the same, as it was posted at Stripe."""

    id: str
    currency: str
    out: Decimal
    back: Decimal
    moved: Sequence[Moved]


def follow_refunds(db: Database, api: StripeApi, intent_id: str) -> str:
    """Look at all refunds of an intent; how many there are. Raises NotOurs, NotYet, Problem."""
    request = request_of(db, intent_id)
    belongs_to = about(request)
    refunds = told(api.refunds(intent_id))
    foreign = [each for each in refunds if not _payout_of(each.key)]
    if foreign and not request["closed"] and follow_request(db, api, request) != "succeeded":
        raise NotYet("a refund of money that has not come")
    for refund in foreign:
        _from_outside(db, request, refund)
        _compare(db, belongs_to, _refund(refund), is_booked=True)
    for refund in refunds:
        if payout_id := _payout_of(refund.key):
            _news(db, belongs_to, payout_id, _refund(refund))
    return f"refunds: {len(refunds)}"


def follow_transfers(db: Database, api: StripeApi, group_id: str) -> str:
    """Look at all transfers of a group, which is an escrow; how many there are. Raises NotOurs,
    NotYet, Problem."""
    belongs_to = {"purpose": "escrow", "reference_id": group_id}
    transfers = told(api.transfers(group_id))
    for transfer in transfers:
        if payout_id := _payout_of(transfer.key):
            _news(db, belongs_to, payout_id, _transfer(transfer))
        else:
            _by_hand(db, belongs_to, transfer)
    return f"transfers: {len(transfers)}"


def follow_transfer(db: Database, api: StripeApi, transfer_id: str) -> str:
    """Look at a transfer that names no escrow: somebody sent it in Stripe's dashboard. Raises
    NotOurs, NotYet, Problem."""
    _by_hand(db, {}, told(api.find_transfer(transfer_id)))
    return "sent by hand"


def _payout_of(key: str | None) -> str | None:
    found = _OURS.fullmatch(key or "")
    return found[1] if found else None


def _refund(refund: Refund) -> _Sent:
    return _Sent(
        refund.id, refund.currency, refund.amount if refund.posting else Decimal(0),
        refund.amount if refund.returned else Decimal(0),
        posted(refund.posting, refund.returned),
    )  # fmt: skip


def _transfer(transfer: Transfer) -> _Sent:
    # Of what was reversed Stripe tells no more than the sum.
    back = (transfer.currency, -transfer.amount_reversed)
    return _Sent(
        transfer.id, transfer.currency, transfer.amount, transfer.amount_reversed,
        [*posted(transfer.posting), back],
    )  # fmt: skip


def _news(db: Database, belongs_to: Mapping[str, str], payout_id: str, sent: _Sent) -> None:
    """The worker that pays is told to poll, and what of a payment is at the platform again comes
    back to its party. What left under another name than the payment's is not booked."""
    known: dict[str, Any] = db.service_rpc(
        "payout_news", {"payout_id": payout_id}, repeatable=True
    ) or {"state": None, "provider_reference": None}
    state, named = known["state"], known["provider_reference"]
    under_way = state in _UNDER_WAY and named in (None, sent.id)
    confirmed = state == "confirmed" and named == sent.id
    if under_way and sent.back:
        raise NotYet("the payment that came back is not recorded yet")
    if confirmed and sent.back:
        returned = {"payout_id": payout_id, "provider_reference": sent.id, "amount": sent.back}
        db.service_rpc("payout_returned", {"returned": returned}, repeatable=True)
    _compare(db, belongs_to, sent, is_booked=under_way or confirmed)


def _compare(db: Database, belongs_to: Mapping[str, str], sent: _Sent, *, is_booked: bool) -> None:
    booked = sent.out - sent.back if is_booked else Decimal(0)
    reason = "settled_as_another" if is_booked else "paid_beside"
    compare(db, belongs_to, sent.id, (sent.currency, booked), sent.moved, reason)


def _by_hand(db: Database, belongs_to: Mapping[str, str], transfer: Transfer) -> None:
    sent = _transfer(transfer)
    compare(db, belongs_to, sent.id, (sent.currency, Decimal(0)), sent.moved, "sent_by_hand")


def _from_outside(db: Database, request: DepositRequest, refund: Refund) -> None:
    """Somebody refunded in Stripe's dashboard: the money has left without us."""
    report = {
        "rail": RAIL,
        **about(request),
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
