"""Stripe's JSON as our objects.

All raise KeyError, TypeError or ValueError for what is no such object.
"""

from datetime import UTC, datetime
from decimal import Decimal

from .amounts import from_minor
from .objects import (
    Account,
    Charge,
    Dispute,
    Event,
    Intent,
    Json,
    Movement,
    Posting,
    Refund,
    Transfer,
)

# What our workers process; all else that changes the balance is done by somebody else.
_FOLLOWED = ("charge", "refund", "transfer", "transfer_reversal", "dispute")


def posting(told: Json) -> Posting:
    currency = told["currency"].upper()
    amount, fee, net = (from_minor(told[name], currency) for name in ("amount", "fee", "net"))
    return Posting(told["id"], told["type"], currency, amount, fee, net)


def charge(told: Json) -> Charge:
    card = (told.get("payment_method_details") or {}).get("card") or {}
    return Charge(
        id=told["id"],
        created=datetime.fromtimestamp(told["created"], UTC),
        captured=told["captured"],
        disputed=told["disputed"],
        amount_captured=from_minor(told["amount_captured"], told["currency"]),
        amount_refunded=from_minor(told["amount_refunded"], told["currency"]),
        capture_before=_time(card.get("capture_before")),
        posting=_posting(told["balance_transaction"]),
    )


def intent(told: Json) -> Intent:
    currency = told["currency"].upper()
    latest = told["latest_charge"]
    return Intent(
        id=told["id"],
        status=told["status"],
        client_secret=told.get("client_secret"),
        reference_id=told["metadata"].get("reference_id"),
        currency=currency,
        amount=from_minor(told["amount"], currency),
        amount_capturable=from_minor(told["amount_capturable"], currency),
        amount_received=from_minor(told["amount_received"], currency),
        charge=charge(latest) if latest else None,
    )


def transfer(told: Json) -> Transfer:
    currency = told["currency"].upper()
    return Transfer(
        id=told["id"],
        key=told["metadata"].get("key"),
        account=told["destination"],
        currency=currency,
        amount=from_minor(told["amount"], currency),
        amount_reversed=from_minor(told["amount_reversed"], currency),
        posting=_posting(told["balance_transaction"]),
    )


def refund(told: Json) -> Refund:
    currency = told["currency"].upper()
    return Refund(
        id=told["id"],
        key=(told["metadata"] or {}).get("key"),
        status=told["status"],
        failure_reason=told.get("failure_reason"),
        currency=currency,
        amount=from_minor(told["amount"], currency),
        posting=_posting(told["balance_transaction"]),
        returned=_posting(told.get("failure_balance_transaction")),
    )


def dispute(told: Json) -> Dispute:
    details, currency = told["evidence_details"], told["currency"].upper()
    return Dispute(
        id=told["id"],
        created=datetime.fromtimestamp(told["created"], UTC),
        status=told["status"],
        reason=told["reason"],
        charge_id=told["charge"],
        intent_id=told["payment_intent"],
        currency=currency,
        amount=from_minor(told["amount"], currency),
        due_by=_time(details["due_by"]),
        has_evidence=details["has_evidence"],
        submission_count=details["submission_count"],
        postings=tuple(posting(each) for each in told["balance_transactions"]),
    )


def account(told: Json) -> Account:
    payable = (told.get("capabilities") or {}).get("transfers") == "active"
    return Account(told["id"], payable, (told.get("requirements") or {}).get("disabled_reason"))


def event(told: Json) -> Event:
    created = datetime.fromtimestamp(told["created"], UTC)
    return Event(told["id"], told["type"], created, told["data"]["object"].get("id"), told)


def balance(told: Json) -> dict[str, Decimal]:
    """By currency: what can be spent, what is pending, and what Stripe keeps back of it for
    accounts of payees that are below zero."""
    sums: dict[str, Decimal] = {}
    reserved = told.get("connect_reserved") or ()
    for each in (*told["available"], *told["pending"], *reserved):
        # What Stripe lists of a currency that nobody ever used is no money.
        if not each["amount"]:
            continue
        currency = each["currency"].upper()
        sums[currency] = sums.get(currency, Decimal(0)) + from_minor(each["amount"], currency)
    return sums


def movement(told: Json) -> Movement:
    """A balance transaction with what it came of."""
    source = told["source"] if isinstance(told["source"], dict) else {}
    kind, currency = source.get("object"), told["currency"].upper()
    belongs_to = None
    if told.get("balance_type", "payments") == "payments" and kind in _FOLLOWED:
        # A transfer that comes back is known by the transfer.
        belongs_to = source["transfer"] if kind == "transfer_reversal" else source["id"]
    return Movement(
        id=told["id"],
        belongs_to=belongs_to,
        is_dispute=kind == "dispute",
        currency=currency,
        amount=from_minor(told["amount"], currency),
        fee=from_minor(told["fee"], currency),
    )


def _posting(told: Json | None) -> Posting | None:
    return posting(told) if told else None


def _time(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
