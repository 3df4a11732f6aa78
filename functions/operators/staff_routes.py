"""HTTP commands of operators: give a person a role among the staff, and take it away."""

from typing import Any, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict

from shared.api import Db, Routes
from shared.body import Body
from shared.caller import Caller
from shared.commands import OperatorReason, command, operator, operator_answers
from shared.idempotency import IdempotencyKey
from shared.identifier import Id


class StaffRole(Body):
    """role: what the person does for Holdfast. reason: for operators only."""

    role: Literal["operator", "arbiter", "dispute_reader"]
    reason: OperatorReason


class StaffMember(BaseModel):
    """user_id: the person. role: that was given or taken. roles: all that the person has now."""

    model_config = ConfigDict(extra="forbid")
    user_id: UUID
    role: str
    roles: list[str]


routes = Routes()
_MEMBER = operator_answers(StaffMember, "The person's roles after the command.")


@routes.post("/staff/<user_id>/grant", responses=_MEMBER)
def grant(
    user_id: Id, body: StaffRole, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Two operators, neither of them the person, give a person a role among the staff (aal2)."""
    fields = {"user_id": str(user_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "staff_grant", fields, needs=operator)


@routes.post("/staff/<user_id>/withdraw", responses=_MEMBER)
def withdraw(
    user_id: Id, body: StaffRole, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Two operators take a role among the staff away from a person, who may be the one that asks
    (aal2)."""
    fields = {"user_id": str(user_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "staff_withdraw", fields, needs=operator)
