"""Pages: sign in by somebody who vouches, and the ways in that an account has."""

import secrets
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response

from shared.auth import AuthRefused
from shared.errors import NotFound
from shared.refusals import refusal
from shared.settings import auth_url, sign_in_providers
from web.language import known
from web.reads import rows
from web.site import PageRoutes
from web.visit import SIGN_IN, Visit, Visitor

from . import sign_in_pages
from .provider_rules import Away, name_of

CALLBACK = "/account/callback"
IDENTITIES = "/account/identities"
# What Auth refuses, and the text that says so.
_TOLD = {
    "manual_linking_disabled": "refused.manual_linking_disabled",
    "single_identity_not_deletable": "refused.single_identity_not_deletable",
}

routes = PageRoutes()


@routes.get(f"{SIGN_IN}/<provider>")
def leave(visit: Visitor, provider: str) -> Response[Any]:
    """The way to a provider, by way of Auth. Nothing is done yet: the browser keeps a secret."""
    if provider not in sign_in_providers():
        raise NotFound("page_not_found")
    away = Away.begun(secrets.token_urlsafe, "in", visit.query.get("next", ""))
    visit.cookies.set("away", away.kept)
    return visit.leave(f"{auth_url()}/authorize?{urlencode(_asked(visit, provider, away))}")


@routes.get(CALLBACK)
def come_back(visit: Visitor) -> Response[Any]:
    """Somebody comes back with a code. Only the browser that left has the secret which makes a
    session of it, so that nobody is signed in by a link of somebody else."""
    away, code = Away.read(visit.cookies.get("away")), visit.query.get("code", "")
    visit.cookies.drop("away")
    if away and away.purpose == "link" and visit.session:
        if not code:
            return _page(visit, "refused.provider")
        # Auth has linked it. Its code would make a session of the first level in place of this one.
        return visit.go(IDENTITIES, done="linked")
    if not away or not code:
        return sign_in_pages.page(visit, 422, "refused.provider", next_path="")
    said = {"auth_code": code, "code_verifier": away.verifier}
    try:
        answer = visit.auth.ask(
            "POST", "/token", said, client=visit.client, query={"grant_type": "pkce"}
        )
    except AuthRefused as refused:
        if refused.status == 429:
            raise
        return sign_in_pages.page(visit, 422, "refused.provider", next_path=away.next_path)
    return sign_in_pages.entered(visit, answer, away.next_path)


@routes.get(IDENTITIES)
def show(visit: Visitor) -> Response[Any]:
    return _page(visit)


@routes.post(IDENTITIES)
def add(visit: Visitor) -> Response[Any]:
    """One more way in, for whoever has shown the second factor. A link leads on, since forms of
    these pages lead to no other host."""
    _must_have_shown(visit)
    provider = visit.field("provider")
    if provider not in sign_in_providers():
        raise NotFound("page_not_found")
    away = Away.begun(secrets.token_urlsafe, "link")
    query = {**_asked(visit, provider, away), "skip_http_redirect": "true"}
    try:
        told = visit.ask_auth("GET", "/user/identities/authorize", query=query)
    except AuthRefused as refused:
        return _told(visit, refused)
    visit.cookies.set("away", away.kept)
    return visit.page("account/leave.html", place=told["url"], name=name_of(provider))


@routes.post(f"{IDENTITIES}/remove")
def remove(visit: Visitor) -> Response[Any]:
    _must_have_shown(visit)
    try:
        visit.ask_auth("DELETE", f"/user/identities/{visit.id_field('identity_id')}")
    except AuthRefused as refused:
        return _told(visit, refused)
    return visit.go(IDENTITIES, done="unlinked")


def _told(visit: Visit, refused: AuthRefused) -> Response[Any]:
    if refused.code not in _TOLD:
        raise refused
    return _page(visit, _TOLD[refused.code])


def _must_have_shown(visit: Visit) -> None:
    # Auth itself asks no second factor here.
    if not visit.signed_in.has_second_factor_shown:
        raise refusal("step_up_required")


def _asked(visit: Visit, provider: str, away: Away) -> dict[str, str]:
    return {
        "provider": provider, "redirect_to": visit.site + CALLBACK,
        "code_challenge": away.challenge, "code_challenge_method": "s256",
    }  # fmt: skip


def _page(visit: Visit, refused: str = "") -> Response[Any]:
    found = rows(
        visit.signed_in, "identities", select="id,provider,linked_at", order="linked_at", limit="50"
    )
    have = {each["provider"] for each in found}
    shown = [
        {**each, "name": name_of(each["provider"]),
         "key": known(f"identities.{each['provider']}", "")}
        for each in found
    ]  # fmt: skip
    more = {each: name_of(each) for each in sign_in_providers() if each not in have}
    return visit.page(
        "account/identities.html", 422 if refused else 200, refused=refused, identities=shown,
        more=more,
    )  # fmt: skip
