"""HTTP commands of operators about debts: two operators write one off, or let other money leave
beside it until a time."""

from datetime import datetime
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
from shared.money import PositiveAmount
from shared.times import Moment


class WriteOff(Body):
    """amount: of what is still owed, in units of its currency."""

    amount: PositiveAmount
    reason: OperatorReason


class Lift(Body):
    """until: within 31 days."""

    until: Moment
    reason: OperatorReason


class DebtDecided(BaseModel):
    """owed: what is still open of the debt. lifted_until: until then it keeps no money in other
    currencies."""

    model_config = ConfigDict(extra="forbid")
    receivable_id: UUID
    currency: str
    written_off_amount: str
    owed: str
    lifted_until: datetime | None


routes = Routes()


@routes.post(
    "/receivables/<receivable_id>/write-off",
    responses=operator_answers(DebtDecided, "The debt as it is now."),
)
def write_off(
    receivable_id: Id, body: WriteOff, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Two operators write off an amount of a debt: it is booked to losses (aal2)."""
    fields = {"receivable_id": str(receivable_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "receivable_write_off", fields, needs=operator)


@routes.post(
    "/receivables/<receivable_id>/lift",
    responses=operator_answers(DebtDecided, "The debt as it is now."),
)
def lift(
    receivable_id: Id, body: Lift, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Two operators let money in other currencies leave beside a debt until a time (aal2)."""
    fields = {"receivable_id": str(receivable_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "receivable_lift", fields, needs=operator)
