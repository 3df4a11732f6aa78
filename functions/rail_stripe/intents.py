"""Payment intents, by their present state: captured, cancelled or reported."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import uuid4

from shared.db import Database

from .answers import NotOurs, NotYet, told
from .api import StripeApi
from .books import RAIL, about, compare, cost, posted
from .objects import Intent
from .outcome import Unknown

_PAYABLE = ("requires_payment_method", "requires_confirmation", "requires_action")

DepositRequest = Mapping[str, Any]


def request_of(db: Database, intent_id: str | None) -> DepositRequest:
    """The deposit request that an intent is the payment of. Raises NotOurs."""
    found: DepositRequest | None = None
    if intent_id:
        asked = {"provider_reference": intent_id}
        found = db.service_rpc("deposit_read", asked, repeatable=True)
    if found is None:
        raise NotOurs("not a payment that we asked for")
    return found


def follow_intent(db: Database, api: StripeApi, intent_id: str) -> str:
    """Advance the payment of this id; how it stands then. Raises NotOurs, NotYet, Problem."""
    return follow_request(db, api, request_of(db, intent_id))


def follow_request(db: Database, api: StripeApi, request: DepositRequest) -> str:
    """Advance the payment of a deposit request; how it stands then. Raises NotYet, Problem.

    It may be done any number of times, by several at once: Stripe captures once.
    """
    if request["closed"]:
        return "over before"
    intent = told(api.intent(request["provider_reference"]))
    if intent.status in ("requires_capture", *_PAYABLE):
        if request["standing"] == "wanted":
            if intent.status == "requires_capture":
                intent = _captured(api, request, intent)
        elif request["standing"] == "waits":
            return "waits: it may be wanted later"
        else:
            intent = told(api.cancel(intent.id, key=f"cancel:{intent.id}:{uuid4()}"))
    if intent.status == "succeeded":
        _arrived(db, request, intent)
    elif intent.status == "canceled":
        _close(db, request)
    return intent.status


def _captured(api: StripeApi, request: DepositRequest, intent: Intent) -> Intent:
    amount, currency = Decimal(request["amount"]), request["currency"]
    outcome = api.capture(intent.id, amount, currency, key=f"capture:{intent.id}")
    if isinstance(outcome, Unknown):
        intent = told(api.intent(intent.id))
        if intent.status != "requires_capture":
            return intent
        # A failure is repeated for a day under its key; Stripe captures no intent twice.
        key = f"capture:{intent.id}:{uuid4()}"
        outcome = api.capture(intent.id, amount, currency, key=key)
    return told(outcome)


def _arrived(db: Database, request: DepositRequest, intent: Intent) -> None:
    charge = intent.charge
    if charge is None:
        raise NotYet("succeeded without a charge")
    report = {
        "rail": RAIL,
        "provider_event_id": charge.id,
        **about(request),
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
        compare(db, about(request), charge.id, booked, moved, "settled_as_another")
    cost(db, charge.id, charge.posting.currency, charge.posting.fee, "card")
    _close(db, request)


def _close(db: Database, request: DepositRequest) -> None:
    db.service_rpc("deposit_close", {"request_id": request["request_id"]}, repeatable=True)
