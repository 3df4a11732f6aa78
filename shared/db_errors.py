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
    TooLarge,
    TooMany,
    Unauthorized,
    Unavailable,
    problem,
)

# What our own functions raise: sqlstate 'PTxyz', status in the code, slug in the message.
_RAISED = re.compile(r"PT([45][0-9][0-9])")

_EXPIRED = "JWT expired"
_SAME_KEY = "Ask again with the same Idempotency-Key: nothing is done twice."

# The one list of what a code of the database means. SQLSTATE: PostgreSQL, appendix A; PGRST:
# PostgREST; three digits: an HTTP status from something in between. Anything that is neither here
# nor in a class below is our defect: a client learns nothing.
_SLUGS = {
    "23001": "missing_reference",
    "23503": "missing_reference",
    "23505": "duplicate",
    "23P01": "duplicate",
    "25006": "read_only",
    "25P03": "timeout",
    "25P04": "timeout",
    "42501": "forbidden",
    "55006": "busy",
    "55P03": "busy",
    "57014": "timeout",
    # A connection that knows the schema of before a deployment.
    "0A000": "not_ready",
    "26000": "not_ready",
    "PGRST000": "unavailable",
    "PGRST001": "unavailable",
    "PGRST002": "unavailable",
    "PGRST003": "timeout",
    # PostgREST reads what functions there are some time after a deployment made them.
    "PGRST106": "not_ready",
    "PGRST200": "not_ready",
    "PGRST201": "not_ready",
    "PGRST202": "not_ready",
    "PGRST203": "not_ready",
    "PGRST204": "not_ready",
    "PGRST205": "not_ready",
    "PGRST301": "bad_token",
    "PGRST302": "unauthorized",
    "PGRST303": "bad_token",
    "401": "bad_token",
    "413": "too_complex",
    "429": "too_many_requests",
    "502": "unavailable",
    "503": "unavailable",
    "504": "timeout",
    "520": "unavailable",
    "521": "unavailable",
    "522": "unavailable",
    "523": "unavailable",
    "524": "timeout",
    "540": "unavailable",
    "544": "timeout",
}
# By the first two characters of an SQLSTATE.
_CLASSES = {
    "08": "unavailable",
    "22": "bad_value",
    "23": "check_failed",
    "40": "busy",
    "53": "unavailable",
    "54": "too_complex",
    "57": "unavailable",
}

_PROBLEMS: dict[str, tuple[type[Problem], str, str | None]] = {
    "duplicate": (Conflict, "It exists already.", None),
    "missing_reference": (
        Conflict,
        "It names something that does not exist, or something still needs it.",
        None,
    ),
    "check_failed": (Invalid, "A value is outside of what is allowed.", None),
    "bad_value": (BadRequest, "A value cannot be read.", None),
    "too_complex": (TooLarge, "It is more than the database takes at once.", None),
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
    "not_ready": (Unavailable, "A new version is being put in place; nothing was done.", _SAME_KEY),
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


def not_ready() -> Problem:
    """The database does not know our key or our functions, yet or any more."""
    return _known("not_ready")


def internal() -> Problem:
    """A defect of ours, about which a client learns nothing."""
    return _known("internal")


def _known(slug: str) -> Problem:
    kind, detail, hint = _PROBLEMS[slug]
    return kind(slug, detail, hint)


def _slug(code: str) -> str:
    return _SLUGS.get(code) or (len(code) == 5 and _CLASSES.get(code[:2])) or "internal"
