"""Books what Stripe took for itself, and what it moved without our books."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from shared.db import Database

from .objects import Posting

RAIL = "stripe"

# Currency and amount: above zero it left the platform's balance at Stripe, below zero it came.
Moved = tuple[str, Decimal]


def about(request: Mapping[str, Any]) -> dict[str, str]:
    """What the money of a deposit request is for: purpose and reference_id."""
    return {name: request[name] for name in ("purpose", "reference_id")}


def cost(db: Database, event_id: str, currency: str, amount: Decimal, memo: str) -> None:
    """Book what Stripe kept for itself, once per event; below zero is given back."""
    fields = {"rail": RAIL, "provider_event_id": event_id, "currency": currency, "amount": amount}
    db.service_rpc("rail_cost", {"cost": {**fields, "memo": memo}}, repeatable=True)


def posted(*postings: Posting | None) -> list[Moved]:
    """What balance transactions moved, without their fees."""
    return [(each.currency, -each.amount) for each in postings if each]


def compare(
    db: Database,
    belongs_to: Mapping[str, str],
    reference: str,
    booked: Moved,
    moved: Iterable[Moved],
    reason: str,
) -> None:
    """What was moved under a name of Stripe and is not booked, in each currency, is told in all so
    far: it may be told any number of times. belongs_to: purpose and reference_id, or empty for
    nothing of ours. booked: by our reports and payouts."""
    currency, amount = booked
    totals: dict[str, Decimal] = {currency: -amount}
    for code, each in moved:
        totals[code] = totals.get(code, Decimal(0)) + each
    for code, total in totals.items():
        said = {
            "rail": RAIL,
            **belongs_to,
            "reference": reference,
            "currency": code,
            "amount": total,
            "reason": reason,
        }
        db.service_rpc("rail_discrepancy", {"report": said}, repeatable=True)
