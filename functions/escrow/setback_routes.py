"""Route for operators about work of schedules that failed (table setbacks)."""

from datetime import datetime
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.api import Db, Routes
from shared.body import Body
from shared.caller import Caller
from shared.commands import command, operator
from shared.idempotency import IdempotencyKey
from shared.responses import answers

routes = Routes()


class DecideSetback(Body):
    """Which work, by its row in setbacks, and what becomes of it. reason: needed to set aside."""

    queue: Annotated[str, StringConstraints(pattern="^[a-z][a-z_]{1,39}$")]
    subject: Annotated[str, Field(min_length=1, max_length=200)]
    event: Literal["set_aside", "take_up"]
    reason: Annotated[str, Field(max_length=500)] = ""


class SetbackDecided(BaseModel):
    """set_aside: whether nobody tries it again."""

    model_config = ConfigDict(extra="forbid")
    queue: str
    subject: str
    set_aside: bool
    decided_at: datetime


@routes.post("/setbacks", responses=answers(SetbackDecided, "What becomes of the work."))
def decide(body: DecideSetback, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """An operator sets aside work that fails, or has it tried at the next run (aal2)."""
    fields = {
        "queue": body.queue,
        "subject": body.subject,
        "event": body.event,
        "reason": body.reason,
    }
    return command(db, caller, key, "setback_decide", fields, needs=operator)
