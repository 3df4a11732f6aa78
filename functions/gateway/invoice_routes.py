"""HTTP commands of merchants about their invoices."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller
from shared.commands import command
from shared.errors import Invalid
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.responses import answers

from . import invoice_bodies as bodies

routes = Routes()
_MOVED = answers(bodies.InvoiceMoved, "The invoice after the command.")
_MAX_METADATA = 4096


@routes.post("/invoices", responses=answers(bodies.InvoiceMoved, "The invoice.", status=201))
def create(body: bodies.NewInvoice, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """A merchant asks for money. The same order in the same words is the invoice that is there, in
    whatever status; in other words it is refused (order_id_taken)."""
    fields = body.model_dump(mode="json", exclude_none=True)
    if len(json.dumps(fields["metadata"], ensure_ascii=False).encode()) > _MAX_METADATA:
        raise Invalid("metadata_too_large", "Metadata has at most 4 kB.")
    return command(db, caller, key, "invoice_create", fields, status=201)


@routes.post("/invoices/<invoice_id>/cancel", responses=_MOVED)
def cancel(
    invoice_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A merchant does not want an invoice paid any more: it never expires after that, and money of
    a later time is late, and held."""
    return command(db, caller, key, "invoice_cancel", {"invoice_id": str(invoice_id)})


@routes.post("/invoices/<invoice_id>/mark", responses=_MOVED)
def mark(
    invoice_id: Id, body: bodies.Mark, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An admin marks an invoice settled or invalid by hand, with a reason. No money moves."""
    fields = {"invoice_id": str(invoice_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "invoice_mark", fields)


@routes.post("/invoice-payments/<payment_id>/accept", responses=_MOVED)
def accept_payment(
    payment_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An admin takes money that is held, such as late money, for what it was sent for: it counts
    from now on, at the rate that the payer was shown."""
    return command(db, caller, key, "invoice_payment_accept", {"payment_id": str(payment_id)})
