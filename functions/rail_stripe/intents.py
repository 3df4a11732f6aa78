"""The payment of a payer, advanced from how it stands now: captured, cancelled, or reported."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import uuid4

from shared.db import Database

from .answers import NotOurs, NotYet, told
from .api import StripeApi
from .books import RAIL, compare, cost, posted
from .objects import Intent
from .outcome import Unknown

_PAYABLE = ("requires_payment_method", "requires_confirmation", "requires_action")

Funding = Mapping[str, Any]


def funding_of(db: Database, intent_id: str | None) -> Funding:
    """The funding that an intent is the payment of. Raises NotOurs."""
    found: Funding | None = None
    if intent_id:
        asked = {"provider_reference": intent_id}
        found = db.service_rpc("funding_look", asked, repeatable=True)
    if found is None:
        raise NotOurs("not the payment of an escrow")
    return found


def follow_intent(db: Database, api: StripeApi, intent_id: str) -> str:
    """Advance the payment of this id; how it stands then. Raises NotOurs, NotYet, Problem."""
    return follow_funding(db, api, funding_of(db, intent_id))


def follow_funding(db: Database, api: StripeApi, funding: Funding) -> str:
    """Advance the payment of a funding; how it stands then. Raises NotYet, Problem.

    It may be done any number of times, by several at once: Stripe captures once.
    """
    if funding["closed"]:
        return "over before"
    intent = told(api.intent(funding["provider_reference"]))
    if intent.status in ("requires_capture", *_PAYABLE):
        if funding["wanted"]:
            if intent.status == "requires_capture":
                intent = _captured(api, funding, intent)
        elif funding["state"] == "awaiting_funds" and funding["frozen"]:
            return "waits: the escrow is frozen"
        else:
            intent = told(api.cancel(intent.id, key=f"cancel:{intent.id}:{uuid4()}"))
    if intent.status == "succeeded":
        _arrived(db, funding, intent)
    elif intent.status == "canceled":
        _close(db, funding)
    return intent.status


def _captured(api: StripeApi, funding: Funding, intent: Intent) -> Intent:
    amount, currency = Decimal(funding["amount"]), funding["currency"]
    outcome = api.capture(intent.id, amount, currency, key=f"capture:{intent.id}")
    if isinstance(outcome, Unknown):
        intent = told(api.intent(intent.id))
        if intent.status != "requires_capture":
            return intent
        # A failure is repeated for a day under its key; Stripe captures no intent twice.
        key = f"capture:{intent.id}:{uuid4()}"
        outcome = api.capture(intent.id, amount, currency, key=key)
    return told(outcome)


def _arrived(db: Database, funding: Funding, intent: Intent) -> None:
    charge = intent.charge
    if charge is None:
        raise NotYet("succeeded without a charge")
    report = {
        "rail": RAIL,
        "provider_event_id": charge.id,
        "escrow_id": funding["escrow_id"],
        "kind": "funds",
        "currency": intent.currency,
        "amount": intent.amount_received,
        "reference": intent.id,
        # When the payer paid; that we took the money later is not their affair.
        "provider_time": charge.created.isoformat(),
    }
    db.service_rpc("rail_report", {"report": report}, repeatable=True)
    if charge.posting is None:
        # It stays open, and is asked again for the fee.
        return
    booked, moved = (intent.currency, -intent.amount_received), posted(charge.posting)
    # Neither changes any more: what agrees has never been told of.
    if moved != [booked]:
        compare(db, funding["escrow_id"], charge.id, booked, moved, "settled_as_another")
    cost(db, charge.id, charge.posting.currency, charge.posting.fee, "card")
    _close(db, funding)


def _close(db: Database, funding: Funding) -> None:
    db.service_rpc("funding_close", {"escrow_id": funding["escrow_id"]}, repeatable=True)
