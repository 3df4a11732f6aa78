"""Chargebacks and inquiries, by their present state: reported with what they cost."""

from datetime import UTC, datetime

from shared.db import Database

from .answers import NotYet, told
from .api import StripeApi
from .books import RAIL, about, compare, cost, posted
from .intents import follow_request, request_of
from .objects import Dispute

# Questions of a bank that took no money, yet.
_INQUIRY = ("warning_needs_response", "warning_under_review")
_NO_MONEY = (*_INQUIRY, "warning_closed", "prevented")
_ENDED = {"won": "reversal_won", "lost": "reversal_lost"}


def follow_dispute(db: Database, api: StripeApi, dispute_id: str) -> str:
    """Report a chargeback; how it stands. Raises NotOurs, NotYet, Problem."""
    dispute = told(api.dispute(dispute_id))
    request = request_of(db, dispute.intent_id)
    # The database knows of which an inquiry was opened.
    _report(db, about(request), dispute, _asked(dispute.status))
    if dispute.status in _NO_MONEY:
        return dispute.status
    # What is taken back was there first.
    if not request["closed"] and follow_request(db, api, request) != "succeeded":
        raise NotYet("a chargeback of money that has not come")
    for posting in dispute.postings:
        cost(db, posting.id, posting.currency, posting.fee, "dispute")
        if posting.currency != dispute.currency:
            # Its reports book the one currency, its posting moved the other.
            booked = dispute.amount.copy_sign(-posting.amount)
            compare(
                db, about(request), posting.id, (dispute.currency, booked), posted(posting),
                "settled_as_another",
            )  # fmt: skip
    _report(db, about(request), dispute, "reversal_opened")
    if ended := _ENDED.get(dispute.status):
        _report(db, about(request), dispute, ended)
    return dispute.status


def _asked(status: str) -> str:
    return "inquiry_opened" if status in _INQUIRY else "inquiry_closed"


def _report(db: Database, belongs_to: dict[str, str], dispute: Dispute, kind: str) -> None:
    opened = kind in ("inquiry_opened", "reversal_opened")
    at = dispute.created if opened else datetime.now(UTC)
    report = {
        "rail": RAIL,
        "provider_event_id": f"{dispute.id}:{kind.removeprefix('reversal_')}",
        **belongs_to,
        "kind": kind,
        "currency": dispute.currency,
        "amount": dispute.amount,
        "reference": dispute.id,
        "reason": dispute.reason[:64],
        "provider_time": at.isoformat(),
        "due_by": dispute.due_by.isoformat() if opened and dispute.due_by else None,
    }
    db.service_rpc("rail_report", {"report": report}, repeatable=True)
