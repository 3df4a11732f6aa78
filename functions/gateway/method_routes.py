"""Whoever has the token of an invoice asks where to pay it; nobody is signed in."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes, lambda_handler, make_app
from shared.responses import answers

from .method_bodies import InvoiceMethod
from .methods import open_method
from .paths import Currency, Token

routes = Routes()


@routes.post(
    "/invoices/<token>/methods/<currency>",
    responses=answers(InvoiceMethod, "Where to pay, and how much."),
)
def choose(token: Token, currency: Currency, db: Db) -> Response[Any]:
    """Whoever pays chooses a currency: the rate stands from then on, and the address is this
    invoice's for ever. Asked again, the answer is the same but for what is still due."""
    return Response(200, "application/json", open_method(db, token, currency))


app = make_app(routes, is_open=True)
handler = lambda_handler(app)
