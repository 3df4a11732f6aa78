"""What Stripe took for itself, and what it has moved that our books do not have: told to them."""

from collections.abc import Iterable
from decimal import Decimal

from shared.db import Database

from .objects import Posting

RAIL = "stripe"

# Currency and amount: above zero it left the platform's balance at Stripe, below zero it came.
Moved = tuple[str, Decimal]


def cost(db: Database, event_id: str, currency: str, amount: Decimal, memo: str) -> None:
    """Book what Stripe kept for itself, once per event; below zero is given back."""
    fields = {"rail": RAIL, "provider_event_id": event_id, "currency": currency, "amount": amount}
    db.service_rpc("rail_cost", {"cost": {**fields, "memo": memo}}, repeatable=True)


def posted(*postings: Posting | None) -> list[Moved]:
    """What balance transactions moved, without their fees."""
    return [(each.currency, -each.amount) for each in postings if each]


def compare(
    db: Database,
    escrow_id: str | None,
    reference: str,
    booked: Moved,
    moved: Iterable[Moved],
    reason: str,
) -> None:
    """What was moved under a name of Stripe and is not booked, in each currency, is told in all so
    far: it may be told any number of times. booked: by our reports and payments."""
    currency, amount = booked
    totals: dict[str, Decimal] = {currency: -amount}
    for code, each in moved:
        totals[code] = totals.get(code, Decimal(0)) + each
    for code, total in totals.items():
        said = {
            "rail": RAIL,
            "escrow_id": escrow_id,
            "reference": reference,
            "currency": code,
            "amount": total,
            "reason": reason,
        }
        db.service_rpc("rail_discrepancy", {"report": said}, repeatable=True)
