"""Standard Webhooks 1.0.0: signing what we send, checking what others send us."""

import base64
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from standardwebhooks import Webhook, WebhookVerificationError

from shared.errors import BadRequest

PREFIX = "whsec_"
# As Supabase Auth writes the secrets of its hooks.
VERSION_PREFIX = "v1,"
MIN_KEY_BYTES = 24
# The library takes a fraction or an exponent for a time, base64 with anything between its letters,
# and no good signature beside a part that is none.
_SECONDS = re.compile("[0-9]{1,12}")
_SIGNATURE = re.compile("v1,[A-Za-z0-9+/]{43}=")


class BadSecret(ValueError):
    """A secret of ours is none: `whsec_` and base64 of at least 24 bytes."""


def sign(secrets: Iterable[str], message_id: str, at: datetime, body: bytes) -> str:
    """The webhook-signature header: one `v1,` signature for each live secret.

    secrets: `whsec_` and base64 of at least 24 bytes. at: aware; the header webhook-timestamp of
    the attempt. body: UTF-8. Raises BadSecret.
    """
    keys = [_key(secret) for secret in secrets]
    if not all(keys):
        raise BadSecret
    # The library takes the digits of a time in another zone for UTC.
    moment, text = at.astimezone(UTC), body.decode()
    return " ".join(Webhook(key).sign(message_id, moment, text) for key in keys if key)


def verify(
    secrets: Iterable[str], message_id: str, timestamp: str, signature: str, body: bytes
) -> None:
    """Check a received message over its raw bytes.

    Raises BadRequest bad_signature: malformed headers, a clock more than five minutes off in
    either direction, or no signature by any of the secrets; BadSecret when none of them is one.
    """
    keys = [key for key in map(_key, secrets) if key]
    if not keys:
        raise BadSecret
    given = filter(_SIGNATURE.fullmatch, signature.split(" "))
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp if _SECONDS.fullmatch(timestamp) else "",
        "webhook-signature": " ".join(given),
    }
    for key in keys:
        try:
            Webhook(key).verify(body, headers, json_parse=False)
        # ValueError: a body that is no text.
        except (WebhookVerificationError, ValueError):
            continue
        return
    raise BadRequest("bad_signature", "The message is not signed by the sender we know.")


def _key(secret: str) -> bytes | None:
    """The key in a secret; None where there is none. The library takes one of any length."""
    try:
        key = base64.b64decode(
            secret.removeprefix(VERSION_PREFIX).removeprefix(PREFIX), validate=True
        )
    except ValueError:
        return None
    return key if len(key) >= MIN_KEY_BYTES else None
