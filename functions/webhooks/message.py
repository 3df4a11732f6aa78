"""The message of an event: body and headers after Standard Webhooks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.generated.version import VERSION
from shared.signatures import sign

USER_AGENT = f"Holdfast-Webhooks/{VERSION}"


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted."""

    headers: Mapping[str, str]
    body: bytes


def message_of(claimed: Mapping[str, Any]) -> Message:
    """The message of an answer of service.webhook_claim, signed for its moment.

    The id is that of the event in every attempt; timestamp and signatures are the attempt's.
    """
    now = datetime.fromisoformat(claimed["now"])
    body = body_of(claimed)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "webhook-id": claimed["event_id"],
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": sign(claimed["secrets"], claimed["event_id"], now, body),
    }
    return Message(headers, body)


def body_of(claimed: Mapping[str, Any]) -> bytes:
    """{type, timestamp, data}: data names the object, its sequence and its state."""
    document = {
        "type": claimed["event"],
        "timestamp": claimed["event_at"],
        "data": {
            **claimed["payload"],
            "object_type": claimed["object_type"],
            "object_id": claimed["object_id"],
            "sequence": claimed["sequence"],
        },
    }
    return json.dumps(document, separators=(",", ":")).encode()
