"""What a database error means to a client: SQLSTATE to slug, slug to problem."""

import json
import re
from typing import Any

from shared.errors import (
    SLUG,
    BadRequest,
    Conflict,
    Forbidden,
    Invalid,
    Lost,
    Problem,
    TooMany,
    Unauthorized,
    Unavailable,
    problem,
)

# What our own functions raise: sqlstate 'PTxyz', status in the code, slug in the message.
_RAISED = re.compile(r"PT([45][0-9][0-9])")

_EXPIRED = "JWT expired"
_SAME_KEY = "Ask again with the same Idempotency-Key: nothing is done twice."

# SQLSTATE: PostgreSQL, appendix A; PGRST: PostgREST; three digits: an HTTP status
# from something in between. Anything else is our defect: a client learns nothing.
_SLUGS = {
    "23505": "duplicate",
    "23503": "missing_reference",
    "23502": "check_failed",
    "23514": "check_failed",
    "22001": "bad_value",
    "22003": "bad_value",
    "22007": "bad_value",
    "22008": "bad_value",
    "22021": "bad_value",
    "22023": "bad_value",
    "22P02": "bad_value",
    "22P05": "bad_value",
    "42501": "forbidden",
    "PGRST301": "bad_token",
    "PGRST302": "unauthorized",
    "PGRST303": "bad_token",
    "401": "bad_token",
    "429": "too_many_requests",
    "25006": "read_only",
    "40001": "busy",
    "40P01": "busy",
    "55P03": "busy",
    "57014": "timeout",
    "504": "timeout",
    "PGRST003": "timeout",
    "PGRST000": "unavailable",
    "PGRST001": "unavailable",
    "PGRST002": "unavailable",
    "502": "unavailable",
    "503": "unavailable",
    "520": "unavailable",
}
_UNAVAILABLE_CLASSES = ("08", "53", "57P")

_PROBLEMS: dict[str, tuple[type[Problem], str, str | None]] = {
    "duplicate": (Conflict, "It exists already.", None),
    "missing_reference": (
        Conflict,
        "It names something that does not exist, or something still needs it.",
        None,
    ),
    "check_failed": (Invalid, "A value is outside of what is allowed.", None),
    "bad_value": (BadRequest, "A value cannot be read.", None),
    "forbidden": (Forbidden, "You may not do this.", None),
    "unauthorized": (Unauthorized, "Sign in first.", None),
    "bad_token": (Unauthorized, "The token is not valid.", None),
    "token_expired": (
        Unauthorized,
        "The token has expired.",
        "Refresh your session and try again.",
    ),
    "too_many_requests": (TooMany, "Too many requests.", None),
    "read_only": (Unavailable, "Nothing can be changed at the moment.", None),
    "busy": (Unavailable, "Too many do the same at once; nothing was done.", _SAME_KEY),
    "timeout": (Unavailable, "The database took too long.", _SAME_KEY),
    "unavailable": (Lost, "The database cannot be reached at the moment.", _SAME_KEY),
    "internal": (Problem, "Something went wrong on our side.", None),
}


def problem_from_database(
    code: str | None,
    message: str | None,
    detail: str | None = None,
    hint: str | None = None,
    *,
    signed_in: bool,
) -> Problem:
    """The problem of an error that PostgREST reported.

    Detail and hint reach the client only when our own SQL raised them (PTxyz).
    """
    code = code or ""
    if raised := _RAISED.fullmatch(code):
        slug = message if message and SLUG.fullmatch(message) else None
        text, members = _members(detail)
        return problem(int(raised[1]), slug, text, hint, members=members)
    slug = _slug(code)
    if slug == "bad_token" and message == _EXPIRED:
        slug = "token_expired"
    if slug == "forbidden" and not signed_in:
        slug = "unauthorized"
    return _known(slug)


def _members(detail: str | None) -> tuple[str | None, dict[str, Any]]:
    """The sentence and the members in the detail of private.refuse(code, detail, members)."""
    try:
        members = json.loads(detail or "")
        return members.pop("detail"), members
    except (ValueError, AttributeError, KeyError, TypeError):
        return detail, {}


def timed_out() -> Problem:
    """The database did not answer in time."""
    return _known("timeout")


def unavailable() -> Problem:
    """Nothing answered at all."""
    return _known("unavailable")


def internal() -> Problem:
    """A defect of ours, about which a client learns nothing."""
    return _known("internal")


def _known(slug: str) -> Problem:
    kind, detail, hint = _PROBLEMS[slug]
    return kind(slug, detail, hint)


def _slug(code: str) -> str:
    if len(code) == 5 and code.startswith(_UNAVAILABLE_CLASSES):
        return "unavailable"
    return _SLUGS.get(code, "internal")
