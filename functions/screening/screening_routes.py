"""HTTP commands of operators about hits, and about deposits in quarantine."""

from typing import Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict

from shared.api import Db, Routes
from shared.body import Body
from shared.caller import Caller
from shared.commands import OperatorReason, command, operator, operator_answers
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.responses import answers


class Reasoned(Body):
    reason: OperatorReason


class Cleared(BaseModel):
    """The address after the command. status: clear, hit (of another answer) or stale."""

    model_config = ConfigDict(extra="forbid")
    screening_id: UUID
    rail: str
    address: str
    status: str


class Accepted(BaseModel):
    """The deposit counts from now on. reference_id: what it was for. outcome: accepted."""

    model_config = ConfigDict(extra="forbid")
    quarantine_id: UUID
    purpose: str
    reference_id: UUID
    outcome: str


routes = Routes()


@routes.post(
    "/screenings/<screening_id>/clear", responses=answers(Cleared, "The address is cleared.")
)
def clear(
    screening_id: Id, body: Reasoned, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator found a hit to be none (aal2). What it held goes on; deposits wait."""
    fields = {"screening_id": str(screening_id), "reason": body.reason}
    return command(db, caller, key, "screening_clear", fields, needs=operator)


@routes.post(
    "/quarantines/<quarantine_id>/accept",
    responses=operator_answers(Accepted, "The deposit counts."),
)
def accept(
    quarantine_id: Id, body: Reasoned, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator accepts one deposit (aal2). Of the address it came from nothing is said."""
    fields = {"quarantine_id": str(quarantine_id), "reason": body.reason}
    return command(db, caller, key, "quarantine_accept", fields, needs=operator)
