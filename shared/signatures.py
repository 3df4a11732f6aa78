"""Standard Webhooks 1.0.0: signing what we send, checking what others send us."""

import base64
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from shared.errors import BadRequest

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)
MIN_KEY_BYTES = 24


class BadSecret(ValueError):
    """A secret of ours is none: `whsec_` and base64 of at least 24 bytes."""


def sign(secrets: Iterable[str], message_id: str, at: datetime, body: bytes) -> str:
    """The webhook-signature header: one `v1,` signature for each live secret.

    secrets: `whsec_` and base64 of at least 24 bytes. at: aware; the header webhook-timestamp of
    the attempt. Raises BadSecret.
    """
    stamp = int(at.timestamp())
    keys = [_key(secret) for secret in secrets]
    if not all(keys):
        raise BadSecret
    return " ".join("v1," + _digest(key, message_id, stamp, body) for key in keys if key)


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
    either direction, or no signature by any of the secrets; BadSecret when none of them is one.
    """
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and message_id):
        raise _refused()
    stamp = int(timestamp)
    if abs(now.timestamp() - stamp) > TOLERANCE.total_seconds():
        raise _refused()
    given = [_bytes(part[3:]) for part in signature.split(" ") if part.startswith("v1,")]
    keys = [key for key in map(_key, secrets) if key]
    if not keys:
        raise BadSecret
    for key in keys:
        wanted = _digest(key, message_id, stamp, body).encode()
        if any(hmac.compare_digest(wanted, each) for each in given):
            return
    raise _refused()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _key(secret: str) -> bytes | None:
    """The key in a secret; None where there is none."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        return None
    return key if len(key) >= MIN_KEY_BYTES else None


def _digest(key: bytes, message_id: str, stamp: int, body: bytes) -> str:
    signed = _bytes(f"{message_id}.{stamp}.") + body
    return base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()


def _refused() -> BadRequest:
    return BadRequest("bad_signature", "The message is not signed by the sender we know.")
