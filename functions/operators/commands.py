"""HTTP commands of a second operator: what one asked for is confirmed or rejected."""

from typing import Annotated, Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict, Field

from shared.api import Db, Routes, lambda_handler, make_app
from shared.body import Body
from shared.caller import Caller
from shared.documented import answers
from shared.idempotency import Command
from shared.identifier import Id
from shared.operators import operator_command


class Confirm(Body):
    """command_hash: of the request as it was read."""

    command_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Close(Body):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class Confirmed(BaseModel):
    """answer: of the command that was confirmed."""

    model_config = ConfigDict(extra="forbid")
    request_id: UUID
    state: str
    answer: dict[str, Any]


class Closed(BaseModel):
    """state: rejected, or withdrawn when it was one's own."""

    model_config = ConfigDict(extra="forbid")
    request_id: UUID
    state: str


routes = Routes()


@routes.post(
    "/operator-requests/<request_id>/confirm",
    responses=answers(Confirmed, "The command is done."),
)
def confirm(request_id: Id, body: Confirm, caller: Caller, key: Command, db: Db) -> Response[Any]:
    """A second operator confirms exactly what the first one asked for, and it is done (aal2)."""
    fields = {"request_id": str(request_id), "command_hash": body.command_hash}
    return operator_command(db, caller, key, "operator_request_confirm", fields)


@routes.post(
    "/operator-requests/<request_id>/close", responses=answers(Closed, "The request is closed.")
)
def close(request_id: Id, body: Close, caller: Caller, key: Command, db: Db) -> Response[Any]:
    """An operator rejects a request, or withdraws the own one (aal2); nothing is done."""
    fields = {"request_id": str(request_id), "reason": body.reason}
    return operator_command(db, caller, key, "operator_request_close", fields)


app = make_app(routes)
handler = lambda_handler(app)
