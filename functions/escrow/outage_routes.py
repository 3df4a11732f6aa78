"""Routes of outages: operators declare when Holdfast did not work."""

from datetime import datetime
from typing import Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict

from shared.api import Db, Routes
from shared.body import Body
from shared.caller import Caller
from shared.commands import OperatorReason, command, operator
from shared.idempotency import IdempotencyKey
from shared.responses import answers
from shared.times import Moment

routes = Routes()


class DeclareOutage(Body):
    """When Holdfast itself was out of order, and why; everybody may read it."""

    from_at: Moment
    to_at: Moment
    reason: OperatorReason


class OutageDeclared(BaseModel):
    """Its time is given back by the timer, before it acts on anything."""

    model_config = ConfigDict(extra="forbid")
    outage_id: UUID
    from_at: datetime
    to_at: datetime


@routes.post("/outages", responses=answers(OutageDeclared, "The declared outage."))
def declare(body: DeclareOutage, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """An operator declares an outage that is over: every clock gets its time back (aal2)."""
    fields = {
        "from_at": body.from_at.isoformat(),
        "to_at": body.to_at.isoformat(),
        "reason": body.reason,
    }
    return command(db, caller, key, "outage_declare", fields, needs=operator)
