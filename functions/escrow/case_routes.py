"""Routes of cases: what is brought forward after the end."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.caller import Caller
from shared.commands import operator_answers, operator_command
from shared.idempotency import Command, answer
from shared.identifier import Id
from shared.responses import answers

from . import bodies
from .execute import read_snapshot

routes = Routes()


@routes.post("/escrows/<escrow_id>/claim", responses=answers(bodies.CaseOpened, "The case."))
def claim(escrow_id: Id, body: bodies.Claim, caller: Caller, key: Command, db: Db) -> Response[Any]:
    """A party claims after the end, inside the claim window."""
    read = read_snapshot(db, caller, key, escrow_id)
    if "answer" in read:
        return answer(read["answer"])
    command = {
        "escrow_id": str(escrow_id),
        "actor_id": read["actor"]["id"],
        "aal": read["actor"]["aal"],
        "reason": body.reason,
        "description": body.description,
        "idempotency_key": key.key,
        "request_hash": key.request_hash,
    }
    return answer(db.service_rpc("escrow_claim", {"command": command}, repeatable=True))


@routes.post(
    "/cases/<case_id>/close", responses=operator_answers(bodies.CaseClosed, "The closed case.")
)
def close(
    case_id: Id, body: bodies.CloseCase, caller: Caller, key: Command, db: Db
) -> Response[Any]:
    """An operator upholds or dismisses a case (aal2)."""
    fields = {"case_id": str(case_id), **body.model_dump(exclude_none=True)}
    return operator_command(db, caller, key, "escrow_case_close", fields)
