"""What an event of SES says of one of our messages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

_EVENTS = {"Delivery": "deliver", "Complaint": "complain", "Reject": "fail"}


@dataclass(frozen=True, slots=True)
class Receipt:
    """For service.message_receipt. detail: in one word, never an address or words of a server."""

    delivery_id: str
    message_id: str
    event: str
    detail: str = ""


def receipt_of(body: str) -> Receipt | None:
    """The receipt in a message of the queue; None where it says nothing, or of no message of ours:
    a bounce that may pass is tried again by SES itself."""
    try:
        told = json.loads(body)
        mail = told["mail"]
        delivery_id = str(UUID(mail["tags"]["delivery_id"][0]))
        message_id = str(mail["messageId"])
        kind = str(told["eventType"])
    except (ValueError, KeyError, IndexError, TypeError):
        return None
    if kind == "Bounce":
        found = _bounce(told)
        return Receipt(delivery_id, message_id, "bounce", found) if found else None
    event = _EVENTS.get(kind)
    return Receipt(delivery_id, message_id, event) if event else None


def _bounce(told: Mapping[str, Any]) -> str:
    bounce = told.get("bounce")
    if not isinstance(bounce, dict) or bounce.get("bounceType") != "Permanent":
        return ""
    return str(bounce.get("bounceSubType", "Permanent"))[:40]
