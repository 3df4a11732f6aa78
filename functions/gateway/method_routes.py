"""Whoever has the token of an invoice asks where to pay it; nobody is signed in."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from shared.api import Db, Routes, lambda_handler, make_app
from shared.responses import answers

from .method_bodies import InvoiceMethod
from .methods import open_method

routes = Routes()
Token = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Currency = Annotated[str, Path(pattern=r"^[A-Z][A-Z0-9_]{1,15}$")]


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
