"""An event of Stripe, and the object it is about. Pure: no I/O, no library. Only names are taken
from an event: the state is read from Stripe."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, ValidationError

from shared.body import Told, read_json
from shared.errors import BadRequest, Problem

PROVIDER = "stripe"
# Of our workers; Stripe lists at most twenty types at once.
FOLLOWED = (
    "payment_intent.amount_capturable_updated",
    "payment_intent.succeeded",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "charge.captured",
    "charge.expired",
    "charge.updated",
    "charge.refunded",
    "charge.refund.updated",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
    "transfer.created",
    "transfer.updated",
    "transfer.reversed",
)


Kind = Literal["intent", "refunds", "dispute", "transfers", "transfer"]


@dataclass(frozen=True, slots=True)
class Subject:
    """The object to read. kind: intent, refunds (of an intent), dispute, transfers (of an
    escrow), or one transfer that names no escrow. id: of the intent, the dispute, the escrow or the
    transfer."""

    kind: Kind
    id: str


class _Data(Told):
    object: dict[str, Any]


class _Event(Told):
    object: Literal["event"]
    id: Annotated[str, Field(pattern=r"^evt_[A-Za-z0-9_]{1,200}$")]
    type: Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", max_length=100)]
    created: Annotated[int, Field(ge=0, le=253_402_300_799)]
    data: _Data


def received(text: str, source: Literal["webhook", "poller"]) -> Mapping[str, Any]:
    """Fields of one event for service.webhook_receive. Raises BadRequest bad_event."""
    try:
        event = _Event.model_validate(read_json(text))
    except (ValidationError, Problem):
        raise BadRequest("bad_event", "The event is not of the shape we know.") from None
    return {
        "provider": PROVIDER,
        "event_id": event.id,
        "type": event.type,
        "body": text,
        "occurred_at": datetime.fromtimestamp(event.created, UTC).isoformat(),
        "source": source,
    }


def subject(kind: str, body: str) -> Subject | None:
    """What an event of this type is about; None when nothing follows from such events."""
    if kind not in FOLLOWED:
        return None
    about = json.loads(body)["data"]["object"]
    if kind.startswith("payment_intent."):
        return _subject("intent", about.get("id"))
    if kind.startswith("charge.dispute."):
        return _subject("dispute", about.get("id"))
    if kind.startswith("transfer."):
        group = (about.get("metadata") or {}).get("group_id") or about.get("transfer_group")
        return _subject("transfers", _uuid(group)) or _subject("transfer", about.get("id"))
    refunds = kind.startswith(("refund.", "charge.refund"))
    return _subject("refunds" if refunds else "intent", about.get("payment_intent"))


def _uuid(text: object) -> str | None:
    try:
        return str(UUID(text)) if isinstance(text, str) else None
    except ValueError:
        return None


def _subject(kind: Kind, identifier: object) -> Subject | None:
    return Subject(kind, identifier) if isinstance(identifier, str) and identifier else None
