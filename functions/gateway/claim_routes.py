"""Whoever has the secret of a refund names where it goes; nobody is signed in."""

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from shared.api import Db, Routes, lambda_handler, make_app
from shared.evm_address import parse_address
from shared.identifier import Id
from shared.responses import answers

from . import refund_bodies as bodies

routes = Routes()
Token = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


@routes.post(
    "/invoices/<token>/refunds/<refund_id>/claim",
    responses=answers(bodies.RefundClaimed, "The refund is on its way."),
)
def claim(token: Token, refund_id: Id, body: bodies.RefundClaim, db: Db) -> Response[Any]:
    """Who paid an invoice names where its refund goes; the address is checked and screened as
    every destination. The same address again is the same answer."""
    address = parse_address(body.address) if body.address.startswith("0x") else body.address
    said = {"invoice_token": token, "refund_id": str(refund_id), "address": address}
    claimed = db.service_rpc(
        "invoice_refund_claim", {"command": {**said, "claim_secret": body.claim_secret}},
        repeatable=True,
    )  # fmt: skip
    return Response(200, "application/json", dict(claimed))


app = make_app(routes, is_open=True)
handler = lambda_handler(app)
