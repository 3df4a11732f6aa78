"""Standard Webhooks 1.0.0: signing what we send, checking what others send us."""

import base64
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from shared.errors import BadRequest

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)


def sign(secrets: Iterable[str], message_id: str, at: datetime, body: bytes) -> str:
    """The webhook-signature header: one `v1,` signature for each live secret.

    secrets: `whsec_` and base64. at: aware; the header webhook-timestamp of the attempt.
    """
    stamp = int(at.timestamp())
    return " ".join("v1," + _digest(secret, message_id, stamp, body) for secret in secrets)


def verify(
    secrets: Iterable[str],
    message_id: str,
    timestamp: str,
    signature: str,
    body: bytes,
    now: datetime,
) -> None:
    """Check a received message over its raw bytes.

    Raises BadRequest bad_signature: malformed headers, a clock more than five minutes off in
    either direction, or no signature by any of the secrets.
    """
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and message_id):
        raise _refused()
    stamp = int(timestamp)
    if abs(now.timestamp() - stamp) > TOLERANCE.total_seconds():
        raise _refused()
    given = [part[3:].encode() for part in signature.split(" ") if part.startswith("v1,")]
    for secret in secrets:
        wanted = _digest(secret, message_id, stamp, body).encode()
        if any(hmac.compare_digest(wanted, each) for each in given):
            return
    raise _refused()


def _digest(secret: str, message_id: str, stamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    if len(key) < 24:
        raise ValueError("a webhook secret has at least 24 bytes")
    signed = f"{message_id}.{stamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()


def _refused() -> BadRequest:
    return BadRequest("bad_signature", "The message is not signed by the sender we know.")
