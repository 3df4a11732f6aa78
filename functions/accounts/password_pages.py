"""Pages: a lost password, and a new one."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.auth import AuthRefused
from web.site import PageRoutes
from web.visit import Visit, Visitor

from . import confirm_pages

RECOVER = "/account/recover"
PASSWORD = "/account/password"  # noqa: S105 - an address

routes = PageRoutes()


@routes.get(RECOVER)
def ask(visit: Visitor) -> Response[Any]:
    return visit.page("account/recover.html")


@routes.post(RECOVER)
def recover(visit: Visitor) -> Response[Any]:
    """The same page for an address that nobody has."""
    email = visit.field("email").strip()
    if email:
        visit.auth.ask(
            "POST", "/recover", {"email": email}, client=visit.client,
            query=confirm_pages.lands(visit),
        )  # fmt: skip
    return confirm_pages.page(visit, "recovery", email)


@routes.get(PASSWORD)
def show(visit: Visitor) -> Response[Any]:
    return _page(visit)


@routes.post(PASSWORD)
def change(visit: Visitor) -> Response[Any]:
    """A new password. Auth ends the other sessions."""
    said = {"password": visit.field("password")}
    if nonce := visit.field("nonce", "").strip():
        said["nonce"] = nonce
    try:
        visit.ask_auth("PUT", "/user", said)
    except AuthRefused as refused:
        if refused.code == "reauthentication_needed":
            visit.ask_auth("GET", "/reauthenticate")
            return _page(visit, "told.nonce_sent", needs_nonce=True)
        if refused.code == "reauthentication_not_valid":
            return _page(visit, "refused.code", needs_nonce=True)
        if why := refused_password(refused):
            return _page(visit, why)
        raise
    return visit.go("/account", done="password")


def refused_password(refused: AuthRefused) -> str:
    """The text that says why Auth does not take a password; empty: it is about something else."""
    if refused.code == "same_password":
        return "refused.same_password"
    if refused.code in ("weak_password", "validation_failed") and "assword" in refused.message:
        return "refused.weak_password"
    return ""


def _page(visit: Visit, refused: str = "", *, needs_nonce: bool = False) -> Response[Any]:
    email = visit.signed_in.email
    return visit.page(
        "account/password.html", 422 if refused else 200, refused=refused, email=email,
        needs_nonce=needs_nonce,
    )  # fmt: skip
