"""Pages: a kind of e-mail is turned off, by the link in one and a click.

Programs that look through mail follow links: asking for the page changes nothing.
"""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.db import database
from web.site import PageRoutes
from web.visit import Visitor

from .unsubscribe import opened

routes = PageRoutes()


@routes.get("/unsubscribe/<token>")
def show(token: str, visit: Visitor) -> Response[Any]:
    """The page of a link: a button turns the kind off."""
    _, kind = opened(token)
    return visit.page("messages/unsubscribe.html", kind=kind, token=token, is_off=False)


@routes.post("/unsubscribe/<token>/confirm")
def confirm(token: str, visit: Visitor) -> Response[Any]:
    user_id, kind = opened(token)
    asked = {"user_id": user_id, "kind": kind}
    database().service_rpc("message_unsubscribe", asked, repeatable=True)
    return visit.page("messages/unsubscribe.html", kind=kind, token=token, is_off=True)
