"""Pages: sign in by password, show the second factor, sign out."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.auth import AuthRefused
from shared.db import database
from shared.errors import Problem
from shared.settings import sign_in_providers
from web.commands import give
from web.site import PageRoutes
from web.visit import SECOND_FACTOR, SIGN_IN, Visit, Visitor

from . import confirm_pages
from .attempts import Answer, by_password
from .factor_pages import REFUSED_CODES, shown, verified
from .provider_rules import name_of
from .recovery_rules import code_hash
from .session_routes import current_session

HOME = "/account"

routes = PageRoutes()


@routes.get(SIGN_IN)
def show(visit: Visitor) -> Response[Any]:
    return page(visit, next_path=visit.query.get("next", ""))


@routes.post(SIGN_IN)
def sign_in(visit: Visitor) -> Response[Any]:
    email, password = visit.field("email").strip(), visit.field("password")
    wanted = visit.field("next", "")
    if not email or not password:
        return page(visit, 422, "refused.credentials", email=email, next_path=wanted)
    try:
        answer = by_password(visit.auth, database(), email, password, visit.client)
    except Problem as problem:
        if problem.slug == "email_not_confirmed":
            return confirm_pages.page(visit, "signup", email, may_resend=True)
        if problem.slug != "invalid_credentials":
            raise
        return page(visit, 422, "refused.credentials", email=email, next_path=wanted)
    return entered(visit, answer, wanted)


@routes.get(SECOND_FACTOR)
def ask_second_factor(visit: Visitor) -> Response[Any]:
    return _second_factor_page(visit, visit.query.get("next", ""))


@routes.post(SECOND_FACTOR)
def show_second_factor(visit: Visitor) -> Response[Any]:
    wanted, code = visit.field("next", ""), visit.field("code")
    factor_id = visit.id_field("factor_id")
    try:
        visit.sign_in(shown(visit, factor_id, code))
    except Problem as problem:
        if problem.slug not in REFUSED_CODES:
            raise
        try:
            return _second_factor_page(visit, wanted, 422, REFUSED_CODES[problem.slug])
        except AuthRefused:
            # Where Auth rejects a code it ends every session of the person.
            visit.sign_out()
            return page(visit, 422, "refused.code_rejected", next_path=wanted)
    return visit.go(visit.next_path(wanted, HOME))


@routes.post("/account/recovery-codes/use")
def use_recovery_code(visit: Visitor) -> Response[Any]:
    code = visit.field("recovery_code").strip()
    if not 25 <= len(code) <= 40:
        return _second_factor_page(visit, "", 422, "refused.recovery_code")

    def fields(seen: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"code_hash": code_hash(code), **current_session(seen)}

    try:
        give(visit, "recovery_code_use", fields, "recovery_code")
    except Problem as problem:
        if problem.slug != "recovery_code_wrong":
            raise
        return _second_factor_page(visit, "", 422, "refused.recovery_code")
    return visit.go("/account/factors", done="recovered")


@routes.post("/account/sign-out")
def sign_out(visit: Visitor) -> Response[Any]:
    if visit.session:
        # Refused: it has ended already.
        with suppress(AuthRefused):
            visit.ask_auth("POST", "/logout", query={"scope": "local"})
    visit.sign_out()
    return visit.go(SIGN_IN, done="signed_out")


def entered(visit: Visit, answer: Answer, wanted: str) -> Response[Any]:
    """The way on of somebody whom Auth gave a session: to the second factor, if they have one, and
    to the page that was wanted."""
    visit.sign_in(answer)
    place = visit.next_path(wanted, HOME)
    if verified(answer["user"]):
        return visit.go(SECOND_FACTOR, next=place)
    return visit.go(place)


def page(
    visit: Visit, status: int = 200, refused: str = "", *, email: str = "", next_path: str
) -> Response[Any]:
    """The page that asks who one is."""
    providers = {each: name_of(each) for each in sign_in_providers()}
    return visit.page(
        "account/sign_in.html", status, refused=refused, email=email, next_path=next_path,
        providers=providers,
    )  # fmt: skip


def _second_factor_page(
    visit: Visit, next_path: str, status: int = 200, refused: str = ""
) -> Response[Any]:
    known = verified(visit.ask_auth("GET", "/user"))
    return visit.page(
        "account/second_factor.html", status, refused=refused, factors=known, next_path=next_path
    )
