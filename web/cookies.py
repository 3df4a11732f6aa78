"""The cookies of our pages: for this host only, and out of reach of scripts."""

from collections.abc import Sequence
from typing import Literal

from aws_lambda_powertools.shared.cookies import Cookie, SameSite

Name = Literal["access", "refresh", "form", "language", "away"]
_DAY = 24 * 60 * 60
# A refresh token is good for as long as Auth lets the session last; the cookie is there longer.
_LASTS: dict[Name, int] = {
    "access": _DAY,
    "refresh": 30 * _DAY,
    "form": _DAY,
    "language": 365 * _DAY,
    # As long as Auth takes somebody back.
    "away": 10 * 60,
}


class Cookies:
    """What came with a request, and what goes back with its answer.

    secure: the pages are served over https. Then no page of another host, not even of a
    subdomain, can plant one (the prefix `__Host-`).
    """

    def __init__(self, came: Sequence[str], *, secure: bool) -> None:
        self._secure = secure
        pairs = (each.partition("=") for each in came)
        self._came = {name.strip(): value.strip() for name, _, value in pairs}
        self._going: dict[Name, Cookie] = {}

    def get(self, name: Name) -> str:
        """What it holds after this request; empty: nothing."""
        if name in self._going:
            return self._going[name].value
        return self._came.get(self._named(name), "")

    def set(self, name: Name, value: str) -> None:
        """Give it to the browser."""
        self._going[name] = self._cookie(name, value, _LASTS[name])

    def drop(self, name: Name) -> None:
        """Take it from the browser."""
        self._going[name] = self._cookie(name, "", 0)

    def going(self) -> list[Cookie]:
        """Those that the answer carries."""
        return list(self._going.values())

    def _named(self, name: Name) -> str:
        return f"__Host-{name}" if self._secure else f"holdfast-{name}"

    def _cookie(self, name: Name, value: str, seconds: int) -> Cookie:
        return Cookie(
            name=self._named(name), value=value, path="/", secure=self._secure, http_only=True,
            # Lax: whoever follows a link from a message is still signed in.
            same_site=SameSite.LAX_MODE, max_age=seconds,
        )  # fmt: skip
