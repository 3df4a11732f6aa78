"""Pages: sign up."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.auth import AuthRefused
from web.site import PageRoutes
from web.visit import Visit, Visitor

from . import confirm_pages
from .password_pages import refused_password

routes = PageRoutes()


@routes.get("/account/sign-up")
def show(visit: Visitor) -> Response[Any]:
    return _page(visit)


@routes.post("/account/sign-up")
def sign_up(visit: Visitor) -> Response[Any]:
    """Whoever has an account is told nothing else than somebody new: Auth writes to them."""
    email, password = visit.field("email").strip(), visit.field("password")
    said = {"email": email, "password": password, "data": {"language": visit.language}}
    query = confirm_pages.lands(visit)
    try:
        answer = visit.auth.ask("POST", "/signup", said, client=visit.client, query=query)
    except AuthRefused as refused:
        if refused.status == 429:
            raise
        return _page(visit, refused_password(refused) or _refusal(refused), email)
    if "access_token" in answer:
        visit.sign_in(answer)
        return visit.go("/account")
    return confirm_pages.page(visit, "signup", email, may_resend=True)


def _refusal(refused: AuthRefused) -> str:
    """Of addresses that Auth or its hook does not take."""
    taken = refused.code in ("user_already_exists", "email_exists")
    return "refused.credentials" if taken else "refused.sign_up"


def _page(visit: Visit, refused: str = "", email: str = "") -> Response[Any]:
    status = 422 if refused else 200
    return visit.page("account/sign_up.html", status, refused=refused, email=email)
