"""Whoever has the token of an invoice asks where to pay it on an EVM chain; nobody is signed in."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from shared.api import Db, Routes, lambda_handler, make_app
from shared.responses import answers
from shared.settings import not_configured

from . import settings
from .addresses import deposit_address, fingerprint
from .bodies import InvoiceMethod

routes = Routes()
Token = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Currency = Annotated[str, Path(pattern=r"^[A-Z][A-Z0-9_]{1,15}$")]


@routes.post(
    "/invoices/<token>/methods/<currency>",
    responses=answers(InvoiceMethod, "Where to pay, and how much."),
)
def open_method(token: Token, currency: Currency, db: Db) -> Response[Any]:
    """Whoever pays chooses a currency: the rate stands from then on, and the address is this
    invoice's for ever. Asked again, the answer is the same but for what is still due."""
    xpub = settings.account_key()
    chosen = {"invoice_token": token, "currency": currency, "key_fingerprint": fingerprint(xpub)}
    asked = {**chosen, "address_kind": "evm"}
    request = db.service_rpc("invoice_method_begin", {"command": asked}, repeatable=True)
    if not settings.works(request["rail"]):
        raise not_configured()
    network = settings.network(db, request["rail"])
    placed = {
        **chosen, "chain_id": network.chain_id, "token": network.tokens[currency].address,
        "address_index": request["address_index"],
        "address": request["address"] or deposit_address(xpub, request["address_index"]),
    }  # fmt: skip
    method = db.service_rpc("invoice_method_place", {"command": placed}, repeatable=True)
    return Response(200, "application/json", dict(method))


app = make_app(routes, is_open=True)
handler = lambda_handler(app)
