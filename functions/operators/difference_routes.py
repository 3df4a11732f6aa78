"""HTTP command of operators about a difference between books and a rail."""

from datetime import datetime
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
from shared.money import PositiveAmount


class CloseDifference(Body):
    """event: explain, own money was put in or taken out, or it is booked by hand; book, it goes to
    losses. amount: how much of the difference, without its sign; the rest is one of its own."""

    event: Literal["explain", "book"]
    amount: PositiveAmount
    reason: OperatorReason


class DifferenceClosed(BaseModel):
    """outcome: explained or booked. rest_id: the difference that is left; null: none is."""

    model_config = ConfigDict(extra="forbid")
    rail_difference_id: UUID
    outcome: str
    closed_at: datetime
    rest_id: UUID | None


routes = Routes()


@routes.post(
    "/rail-differences/<rail_difference_id>/close",
    responses=operator_answers(DifferenceClosed, "What became of it."),
)
def close(
    rail_difference_id: Id, body: CloseDifference, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator explains a difference between books and a rail, or books it to losses (aal2)."""
    fields = {"rail_difference_id": str(rail_difference_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "rail_difference_close", fields, needs=operator)
