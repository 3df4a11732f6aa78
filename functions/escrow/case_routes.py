"""Routes of cases: claims and reversals after the end of an escrow."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.caller import Caller
from shared.commands import command, operator, operator_answers
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.responses import answers

from . import bodies
from .execute import snapshot_of

routes = Routes()


@routes.post("/escrows/<escrow_id>/claim", responses=answers(bodies.CaseOpened, "The case."))
def claim(
    escrow_id: Id, body: bodies.Claim, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A party claims after the end, inside the claim window."""
    fields = {
        "escrow_id": str(escrow_id),
        "reason": body.reason,
        "description": body.description,
    }
    return command(db, caller, key, "escrow_claim", fields, read=snapshot_of(escrow_id))


@routes.post(
    "/cases/<case_id>/close", responses=operator_answers(bodies.CaseClosed, "The closed case.")
)
def close(
    case_id: Id, body: bodies.CloseCase, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator upholds or dismisses a case (aal2)."""
    fields = {"case_id": str(case_id), **body.model_dump(exclude_none=True)}
    return command(db, caller, key, "escrow_case_close", fields, needs=operator)
