"""Pages: the code or the link of a message, when it comes back."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.auth import AuthRefused
from web.site import PageRoutes
from web.visit import SECOND_FACTOR, Visit, Visitor

from .factor_pages import verified

CONFIRM = "/account/confirm"
# What a message may be about, and where its person goes from here.
_NEXT = {
    "signup": "/account", "magiclink": "/account", "email_change": "/account",
    "recovery": "/account/password", "invite": "/account/password",
}  # fmt: skip
# A code of these is typed; the others are links only.
_TYPED = {"signup": "email", "recovery": "recovery"}

routes = PageRoutes()


@routes.get(CONFIRM)
def show(visit: Visitor) -> Response[Any]:
    """The page of a link: a button sends it on, since programs that look at mail follow links."""
    mark = visit.query.get("token_hash", "")
    kind = visit.query.get("type", "")
    if not mark or kind not in _NEXT:
        return page(visit, "", "", refused="refused.link")
    return page(visit, kind, "", token_hash=mark)


@routes.post(CONFIRM)
def confirm(visit: Visitor) -> Response[Any]:
    kind, mark = visit.field("type"), visit.field("token_hash", "")
    email = visit.field("email", "").strip()
    if kind not in (_NEXT if mark else _TYPED):
        return page(visit, "", "", refused="refused.link")
    said = (
        {"type": kind, "token_hash": mark}
        if mark
        else {"type": _TYPED[kind], "email": email, "token": visit.field("code").strip()}
    )
    try:
        answer = visit.auth.ask("POST", "/verify", said, client=visit.client)
    except AuthRefused as refused:
        if refused.status == 429:
            raise
        if mark:
            return page(visit, "", "", refused="refused.link")
        return page(visit, kind, email, refused="refused.code", may_resend=kind == "signup")
    if "access_token" not in answer:
        # One of two addresses has agreed to a change; the other one is asked, too.
        return page(visit, "", "", refused="told.one_of_two", status=200)
    visit.sign_in(answer)
    if verified(answer["user"]):
        return visit.go(SECOND_FACTOR, next=_NEXT[kind])
    return visit.go(_NEXT[kind])


@routes.post("/account/confirm/resend")
def resend(visit: Visitor) -> Response[Any]:
    email = visit.field("email").strip()
    said = {"type": "signup", "email": email}
    visit.auth.ask("POST", "/resend", said, client=visit.client, query=lands(visit))
    return page(visit, "signup", email, may_resend=True)


def lands(visit: Visit) -> dict[str, str]:
    """The query by which Auth makes the link of a message lead to the page above."""
    return {"redirect_to": visit.site + CONFIRM}


def page(
    visit: Visit,
    kind: str,
    email: str,
    *,
    token_hash: str = "",
    refused: str = "",
    may_resend: bool = False,
    status: int | None = None,
) -> Response[Any]:
    """The page that asks for the code of a message which went to an address, or, by token_hash, for
    a click after its link."""
    return visit.page(
        "account/confirm.html", status or (422 if refused else 200), refused=refused, kind=kind,
        email=email, token_hash=token_hash, may_resend=may_resend,
    )  # fmt: skip
