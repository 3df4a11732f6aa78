"""Who is signed in on a page: the tokens in the cookies, renewed when they are about to end."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.auth import Auth, AuthRefused
from shared.caller import claims_of
from shared.origin import Client
from web.cookies import Cookies

# Renewed this long before its end, so that what the page asks for is still done with it.
_AHEAD_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in. token: checked by nobody here; whoever is asked with it checks it.
    claims: what it says, for what a page shows and for nothing that it decides."""

    token: str = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)

    @property
    def user_id(self) -> str:
        return str(self.claims.get("sub") or "")

    @property
    def email(self) -> str:
        return str(self.claims.get("email") or "")

    @property
    def has_second_factor_shown(self) -> bool:
        return self.claims.get("aal") == "aal2"


def keep(cookies: Cookies, signed_in: Mapping[str, Any]) -> Session:
    """Put the answer of a sign-in, a step up or a refresh into the cookies."""
    cookies.set("access", signed_in["access_token"])
    cookies.set("refresh", signed_in["refresh_token"])
    return Session(signed_in["access_token"], claims_of(signed_in["access_token"]))


def forget(cookies: Cookies) -> None:
    """Sign this browser out. The session at Auth is another matter."""
    cookies.drop("access")
    cookies.drop("refresh")


def current(cookies: Cookies, auth: Auth, client: Client) -> Session | None:
    """The session of the cookies, renewed if it is due; None where there is none any more.

    Pages that load at the same time each renew it: Auth gives the token before the last its
    successor, so that none of them ends it. Raises Unavailable, and keeps the cookies then.
    """
    token, mark = cookies.get("access"), cookies.get("refresh")
    claims = claims_of(token)
    if token and _seconds_left(claims) > _AHEAD_SECONDS:
        return Session(token, claims)
    if not mark:
        return None
    try:
        renewed = auth.ask(
            "POST", "/token", {"refresh_token": mark}, client=client,
            query={"grant_type": "refresh_token"},
        )  # fmt: skip
    except AuthRefused as refused:
        if refused.status == 429:
            raise
        forget(cookies)
        return None
    return keep(cookies, renewed)


def _seconds_left(claims: Mapping[str, Any]) -> float:
    ends = claims.get("exp")
    return ends - time.time() if isinstance(ends, int | float) else 0
