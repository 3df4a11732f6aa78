"""Whoever has the secret of a refund names where it goes; nobody is signed in."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes, lambda_handler, make_app
from shared.identifier import Id
from shared.responses import answers

from . import refund_bodies as bodies
from .claims import claim_refund
from .paths import Token

routes = Routes()


@routes.post(
    "/invoices/<token>/refunds/<refund_id>/claim",
    responses=answers(bodies.RefundClaimed, "The refund is on its way."),
)
def claim(token: Token, refund_id: Id, body: bodies.RefundClaim, db: Db) -> Response[Any]:
    """Who paid an invoice names where its refund goes; the address is checked and screened as
    every destination. The same address again is the same answer."""
    claimed = claim_refund(db, token, str(refund_id), body.claim_secret, body.address)
    return Response(200, "application/json", claimed)


app = make_app(routes, is_open=True)
handler = lambda_handler(app)
