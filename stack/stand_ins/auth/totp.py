"""Codes of an authenticator app (RFC 6238: SHA-1, 6 digits, 30 seconds)."""

import base64
import hashlib
import hmac
import secrets
import struct
import time
from urllib.parse import quote, urlencode

_STEP = 30


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code(secret: str, at: float | None = None) -> str:
    """The code of a moment (seconds), now if none is given."""
    counter = int((time.time() if at is None else at) // _STEP)
    mark = hmac.new(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    start = mark[-1] & 15
    number = struct.unpack(">I", mark[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def fits(secret: str, given: str) -> bool:
    """Whether it is the code of now, of the step before or of the next."""
    moment = time.time()
    codes = [code(secret, moment + shift) for shift in (-_STEP, 0, _STEP)]
    return any(hmac.compare_digest(one.encode(), given.encode()) for one in codes)


def uri(secret: str, issuer: str, account: str) -> str:
    """What an app reads from the picture."""
    fields = {
        "algorithm": "SHA1", "digits": 6, "issuer": issuer, "period": _STEP, "secret": secret,
    }  # fmt: skip
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{urlencode(fields)}"
