"""What we read of Stripe's objects, with exact amounts and aware times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Posting:
    """A balance transaction: what it did to the platform's balance. net = amount - fee."""

    id: str
    type: str
    currency: str
    amount: Decimal
    fee: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class Movement:
    """A balance transaction by itself. belongs_to: charge, refund, transfer or dispute that a
    worker of ours follows, None for all else. amount: before the fee; below zero it left."""

    id: str
    belongs_to: str | None
    is_dispute: bool
    currency: str
    amount: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True)
class Charge:
    """created: when the bank allowed it. posting: None until money is taken. capture_before: when
    the authorisation ends."""

    id: str
    created: datetime
    captured: bool
    disputed: bool
    amount_captured: Decimal
    amount_refunded: Decimal
    capture_before: datetime | None
    posting: Posting | None


@dataclass(frozen=True, slots=True)
class Intent:
    """A payment intent. status: in Stripe's words. charge: the latest, None before one was tried.
    client_secret: for the payer's browser, of nobody else's business."""

    id: str
    status: str
    client_secret: str | None
    reference_id: str | None
    currency: str
    amount: Decimal
    amount_capturable: Decimal
    amount_received: Decimal
    charge: Charge | None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money sent to a payee's account. key: our idempotency key of the call that made it."""

    id: str
    key: str | None
    account: str
    currency: str
    amount: Decimal
    amount_reversed: Decimal
    posting: Posting | None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money sent back to a payer. key: as in Transfer. status: pending, requires_action,
    succeeded, failed or canceled. returned: the posting that brought a failed one back."""

    id: str
    key: str | None
    status: str
    failure_reason: str | None
    currency: str
    amount: Decimal
    posting: Posting | None
    returned: Posting | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A chargeback. due_by: until when evidence counts, None when none is taken."""

    id: str
    created: datetime
    status: str
    reason: str
    charge_id: str
    intent_id: str | None
    currency: str
    amount: Decimal
    due_by: datetime | None
    has_evidence: bool
    submission_count: int
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """A payee's account. payable: transfers to it are taken. disabled_reason: Stripe's word."""

    id: str
    payable: bool
    disabled_reason: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """A thing that happened. object_id: of what it happened to. body: all of it, as JSON has it."""

    id: str
    type: str
    created: datetime
    object_id: str | None
    body: Json
