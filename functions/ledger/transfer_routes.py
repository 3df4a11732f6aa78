"""HTTP commands of operators: book money in, book money out, reverse either."""

from typing import Annotated, Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict, Field

from shared.api import Db, Routes
from shared.body import Body
from shared.caller import Caller
from shared.commands import OperatorReason, command, operator, operator_answers
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.money import PositiveAmount
from shared.text import Prose


class MoveExternal(Body):
    """Money that came from, or goes to, the outside world. reference: what the bank or the rail
    calls the transfer; each is booked once, however it is spaced or spelled."""

    party_id: Id
    currency: Annotated[str, Field(min_length=1, max_length=32)]
    amount: PositiveAmount
    reference: Annotated[str, Field(min_length=1, max_length=140)]
    memo: Annotated[Prose, Field(max_length=500)] = ""


class Reverse(Body):
    reason: OperatorReason


class Posted(BaseModel):
    """transfer_id: what was posted."""

    model_config = ConfigDict(extra="forbid")
    transfer_id: UUID


routes = Routes()
_POSTED = operator_answers(Posted, "The posted transfer.")


@routes.post("/deposits", responses=_POSTED)
def deposit(body: MoveExternal, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """An operator books money that came in for a party (aal2)."""
    fields = {"kind": "deposit", **_fields(body)}
    return command(db, caller, key, "ledger_move_external", fields, needs=operator)


@routes.post("/withdrawals", responses=_POSTED)
def withdraw(body: MoveExternal, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """An operator books money that went out for a party (aal2)."""
    fields = {"kind": "withdrawal", **_fields(body)}
    return command(db, caller, key, "ledger_move_external", fields, needs=operator)


@routes.post("/transfers/<transfer_id>/reverse", responses=_POSTED)
def reverse(
    transfer_id: Id, body: Reverse, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator reverses a deposit or a withdrawal with a new transfer (aal2)."""
    fields = {"transfer_id": str(transfer_id), "reason": body.reason}
    return command(db, caller, key, "ledger_reverse", fields, needs=operator)


def _fields(body: MoveExternal) -> dict[str, Any]:
    return {**body.model_dump(), "party_id": str(body.party_id)}
