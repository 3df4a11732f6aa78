"""Problems: every refusal as an exception that becomes an RFC 9457 problem document."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

PROBLEM_TYPE = "urn:holdfast:problem:"
PROBLEM_JSON = "application/problem+json"
SLUG = re.compile(r"[a-z][a-z0-9_]{0,63}")

_BEARER = {"WWW-Authenticate": "Bearer"}
_RETRY_AFTER = {"Retry-After": "1"}


class Problem(Exception):
    """A refusal with an HTTP status and a stable code (slug) that clients may rely on.

    title: the slug in words. detail: what happened here. hint: what to do about it.
    errors: fields of a request that were refused. members: what a program needs to know beside
    the code (extension members, RFC 9457). Shown to clients: no internals.
    """

    status: int = 500
    slug: str = "internal"
    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self,
        slug: str | None = None,
        detail: str | None = None,
        hint: str | None = None,
        *,
        status: int | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        members: Mapping[str, Any] | None = None,
    ) -> None:
        self.slug = slug or self.slug
        self.status = status or self.status
        self.detail = detail
        self.hint = hint
        self.errors = tuple(errors)
        self.members = dict(members or {})
        super().__init__(self.slug)

    @property
    def title(self) -> str:
        return self.slug.replace("_", " ").capitalize()

    def document(self, request_id: str) -> dict[str, Any]:
        """The body of an application/problem+json answer."""
        document = {
            **self.members,
            "type": PROBLEM_TYPE + self.slug,
            "code": self.slug,
            "title": self.title,
            "status": self.status,
            "detail": self.detail or f"{self.title}.",
            "request_id": request_id,
        }
        if self.hint:
            document["hint"] = self.hint
        if self.errors:
            document["errors"] = [dict(error) for error in self.errors]
        return document


class BadRequest(Problem):
    """The request cannot be read."""

    status, slug = 400, "bad_request"


class Unauthorized(Problem):
    """Nobody, or nobody we know, is signed in."""

    status, slug = 401, "unauthorized"
    headers = _BEARER


class Forbidden(Problem):
    """The caller may not do this."""

    status, slug = 403, "forbidden"


class NotFound(Problem):
    """There is no such thing, or the caller may not know of it."""

    status, slug = 404, "not_found"


class Conflict(Problem):
    """The state of things does not allow it, now or any more."""

    status, slug = 409, "conflict"


class TooLarge(Problem):
    """The request is larger than allowed."""

    status, slug = 413, "body_too_large"


class UnsupportedMediaType(Problem):
    """The body is not JSON."""

    status, slug = 415, "unsupported_media_type"


class Invalid(Problem):
    """The request reads well but says something that cannot be."""

    status, slug = 422, "invalid"


def rate_headers(rate: Mapping[str, int]) -> dict[str, str]:
    """Headers of a bucket. rate: limit, remaining, and reset: seconds until it is full."""
    return {f"RateLimit-{name.capitalize()}": str(value) for name, value in rate.items()}


class TooMany(Problem):
    """The caller asks too often, or writes too much; members may say for how long (retry_after),
    and of which bucket (rate)."""

    status, slug = 429, "too_many_requests"

    @property
    def headers(self) -> Mapping[str, str]:  # type: ignore[override]
        """Retry-After, unless only the caller can make room; and what is known of the bucket."""
        if not self.members:
            return _RETRY_AFTER
        seconds = self.members.get("retry_after")
        waits = {} if seconds is None else {"Retry-After": str(seconds)}
        return waits | rate_headers(self.members.get("rate", {}))


class Unavailable(Problem):
    """The database does not answer now. What was asked may or may not have been done."""

    status, slug = 503, "unavailable"
    headers = _RETRY_AFTER


class Lost(Unavailable):
    """The connection or its server went away: what is repeatable may be asked again at once."""


_CLASSES: dict[int, type[Problem]] = {
    kind.status: kind
    for kind in (
        BadRequest,
        Unauthorized,
        Forbidden,
        NotFound,
        Conflict,
        TooLarge,
        UnsupportedMediaType,
        Invalid,
        TooMany,
        Unavailable,
    )
}


def problem(
    status: int,
    slug: str | None = None,
    detail: str | None = None,
    hint: str | None = None,
    *,
    members: Mapping[str, Any] | None = None,
) -> Problem:
    """The problem of an HTTP status, of the class made for it where there is one."""
    kind = _CLASSES.get(status, Problem)
    return kind(slug, detail, hint, status=status, members=members)
