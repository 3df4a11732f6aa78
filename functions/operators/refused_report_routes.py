"""HTTP command of operators: close a refused report."""

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


class CloseRefused(Body):
    """event: dismiss, it is not so or was settled by hand; take_up, it is written down as a
    report after all, if it can be so now."""

    event: Literal["dismiss", "take_up"]
    reason: OperatorReason


class RefusedClosed(BaseModel):
    """outcome: dismissed or taken_up."""

    model_config = ConfigDict(extra="forbid")
    refused_report_id: UUID
    outcome: str
    closed_at: datetime


routes = Routes()


@routes.post(
    "/refused-reports/<refused_report_id>/close",
    responses=operator_answers(RefusedClosed, "What became of it."),
)
def close(
    refused_report_id: Id, body: CloseRefused, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator closes a report that was not believed, or has it taken up after all (aal2)."""
    fields = {"refused_report_id": str(refused_report_id), **body.model_dump()}
    return command(db, caller, key, "refused_report_close", fields, needs=operator)
