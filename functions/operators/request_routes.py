"""HTTP commands of operators: confirm or reject what another operator asked for, and record the
rate of a fiat currency that no list has."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict, Field

from shared.api import Db, Routes
from shared.body import Body
from shared.caller import Caller
from shared.commands import OperatorReason, command, operator
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.money import PositiveAmount
from shared.responses import answers
from shared.times import Moment


class Confirm(Body):
    """command_hash: of the request as it was read."""

    command_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Close(Body):
    reason: OperatorReason


class FiatRate(Body):
    """rate: what one unit is worth in the reference currency (US dollars). as_of: of which
    moment, now if none is given. ends_at: from when it counts for nothing, within 31 days."""

    currency: Annotated[str, Field(min_length=1, max_length=16)]
    rate: PositiveAmount
    source: Annotated[str, Field(min_length=1, max_length=200)]
    as_of: Moment | None = None
    ends_at: Moment
    reason: OperatorReason


class FiatRateSet(BaseModel):
    """The rate that stands now."""

    model_config = ConfigDict(extra="forbid")
    currency: str
    rate: str
    as_of: datetime
    ends_at: datetime


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
def confirm(
    request_id: Id, body: Confirm, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A second operator confirms exactly what the first one asked for, and it is done (aal2)."""
    fields = {"request_id": str(request_id), "command_hash": body.command_hash}
    return command(db, caller, key, "operator_request_confirm", fields, needs=operator)


@routes.post(
    "/operator-requests/<request_id>/close", responses=answers(Closed, "The request is closed.")
)
def close(
    request_id: Id, body: Close, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator rejects a request, or withdraws their own (aal2); nothing is done."""
    fields = {"request_id": str(request_id), "reason": body.reason}
    return command(db, caller, key, "operator_request_close", fields, needs=operator)


@routes.post("/fiat-rates", responses=answers(FiatRateSet, "The rate."))
def set_fiat_rate(body: FiatRate, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """An operator records the rate of a fiat currency that no list has (aal2)."""
    fields = body.model_dump(mode="json", exclude_none=True)
    return command(db, caller, key, "fiat_rate_set", fields, needs=operator)
