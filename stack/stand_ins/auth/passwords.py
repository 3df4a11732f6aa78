"""Passwords: bcrypt by pgcrypto, as Auth's own hashes read."""

import string
from typing import Any

from stack.stand_ins.auth.refusals import Refused, invalid
from stack.stand_ins.auth.rows import Row, Rows
from stack.stand_ins.auth.settings import Settings

_COST = 4  # Auth's is 10; a test does not wait for it.
_SETS = {
    "letters": string.ascii_letters,
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "digits": string.digits,
    "symbols": string.punctuation,
}


def check(password: str, settings: Settings) -> None:
    """Raises Refused: too weak, or longer than bcrypt reads."""
    if len(password.encode()) > 72:
        raise invalid("Password cannot be longer than 72 characters")
    reasons, words = [], []
    if len(password) < settings.min_password:
        reasons.append("length")
        words.append(f"Password should be at least {settings.min_password} characters.")
    missing = [
        name for name in settings.password_characters if not set(_SETS[name]) & set(password)
    ]
    if missing:
        reasons.append("characters")
        sets = ", ".join(_SETS[name] for name in settings.password_characters)
        words.append(f"Password should contain at least one character of each: {sets}.")
    if reasons:
        more: dict[str, Any] = {"weak_password": {"reasons": reasons}}
        raise Refused(422, "weak_password", " ".join(words), **more)


def hashed(rows: Rows, password: str) -> str:
    found = rows.one(
        "select extensions.crypt(%s, extensions.gen_salt('bf', %s)) as hash", password, _COST
    )
    assert found
    return str(found["hash"])


def fits(rows: Rows, user: Row, password: str) -> bool:
    """Whether it is that user's."""
    stored = user["encrypted_password"]
    if not stored:
        return False
    found = rows.one("select extensions.crypt(%s, %s) = %s as fits", password, stored, stored)
    assert found
    return bool(found["fits"])
