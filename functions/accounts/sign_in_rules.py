"""What an answer of Auth to a password or a code says of it."""

import hashlib
import hmac

# Auth looks at the address only after the password, and at its token hook last.
_RIGHT = {"", "email_not_confirmed", "unknown"}
_WRONG = {"invalid_credentials", "validation_failed", "user_banned"}
_WRONG_CODE = {"mfa_verification_failed", "mfa_verification_rejected"}


def is_right_password(code: str) -> bool | None:
    """Whether it was right, by the code of Auth's refusal (empty: none); None: Auth did not look
    at it. Nobody learns here who is banned, or which address is none."""
    return True if code in _RIGHT else False if code in _WRONG else None


def is_right_code(code: str) -> bool | None:
    """As is_right_password, of a second factor."""
    return True if code in {"", "unknown"} else False if code in _WRONG_CODE else None


def identifier_hash(email: str, key: str) -> str:
    """HMAC-SHA256 (hex) of a name that is tried: the same for the same name, and nobody without
    the key finds out which."""
    return hmac.digest(key.encode(), email.strip().lower().encode(), hashlib.sha256).hex()
