"""Pages: whoever paid an invoice says where its refund goes, by the link that the merchant gave."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.db import database
from shared.errors import NotFound
from web.site import PageRoutes
from web.visit import Visitor

from .claims import claim_refund
from .paths import RefundId, Token

routes = PageRoutes()


@routes.get("/i/<token>/refunds/<refund_id>")
def show(token: Token, refund_id: RefundId, visit: Visitor) -> Response[Any]:
    """The form for an address; `?secret=` is what the merchant gave along."""
    page = database().rpc("invoice_page", {"token": token}, token=None, repeatable=True)
    found = [each for each in page["refunds"] if each["refund_id"] == refund_id]
    if not found:
        raise NotFound("page_not_found")
    return visit.page(
        "checkout/refund.html", page=page, token=token, refund=found[0],
        secret=visit.query.get("secret", ""), again=0, host=visit.site,
    )  # fmt: skip


@routes.post("/i/<token>/refunds/<refund_id>")
def claim(token: Token, refund_id: RefundId, visit: Visitor) -> Response[Any]:
    claim_refund(
        database(), token, refund_id, visit.field("claim_secret"), visit.field("address").strip()
    )
    return visit.go(f"/i/{token}/refunds/{refund_id}")
