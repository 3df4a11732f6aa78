"""Messages that others send us, signed as Standard Webhooks 1.0.0."""

import base64
from dataclasses import dataclass
from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.request import Request

from shared.errors import BadRequest
from shared.settings import not_configured, secret_values
from shared.signatures import BadSecret, verify
from shared.telemetry import logger

MAX_ID = 255
HEADERS = {
    "webhook-id": "Names the event: the same when it is sent again.",
    "webhook-timestamp": "When it was sent: seconds since 1970.",
    "webhook-signature": "One or more signatures `v1,…`, with a space between them.",
}


@dataclass(frozen=True, slots=True)
class Message:
    """As it came, unchecked. id: of the event, the same when it is sent again. body: raw."""

    id: str
    timestamp: str
    signature: str
    body: bytes


def raw_body(request: Request) -> bytes:
    """The bytes of a request's body, as they were sent."""
    event = request.resolved_event.raw_event
    body = event.get("body") or ""
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()


def message_of(request: Request) -> Message:
    """The message of a request."""
    headers = request.headers
    return Message(
        headers.get("webhook-id", ""),
        headers.get("webhook-timestamp", ""),
        headers.get("webhook-signature", ""),
        raw_body(request),
    )


Inbound = Annotated[Message, Depends(message_of)]
"""Handler parameter: the message of this request. Nothing in it is true before checked()."""


def checked(message: Message, variable: str) -> None:
    """Check who sent a message.

    variable: of the environment; it names the secret that holds the sender's live secrets.
    Raises BadRequest: bad_signature (see signatures.verify), bad_event; Unavailable
    not_configured when the secrets cannot be read, or none of them is one.
    """
    try:
        secrets = secret_values(variable)
        verify(secrets, message.id, message.timestamp, message.signature, message.body)
    except BadSecret:
        logger.error("no secret is of the form whsec_…", variable=variable)
        raise not_configured() from None
    if len(message.id) > MAX_ID:
        raise BadRequest("bad_event", "The id of an event has at most 255 characters.")
