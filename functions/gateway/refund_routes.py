"""HTTP commands of merchants about refunds."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller
from shared.commands import command
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.responses import answers

from . import refund_bodies as bodies

routes = Routes()


@routes.post(
    "/invoices/<invoice_id>/refunds",
    responses=answers(
        bodies.RefundMade, "The refund, and the secret of who claims it.", status=201
    ),
)
def make(
    invoice_id: Id, body: bodies.NewRefund, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An admin refunds an invoice (aal2): all, a part, or what came too much. The money is set
    aside; the payer names where it goes, within 90 days. Never more than came in."""
    fields = {
        "invoice_id": str(invoice_id), **body.model_dump(mode="json", exclude_none=True)
    }  # fmt: skip
    return command(db, caller, key, "invoice_refund_make", fields, status=201)


@routes.post(
    "/invoice-refunds/<refund_id>/cancel",
    responses=answers(bodies.RefundCancelled, "It is not refunded."),
)
def cancel(
    refund_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An admin takes back a refund that nobody has claimed."""
    return command(db, caller, key, "invoice_refund_cancel", {"refund_id": str(refund_id)})
