"""HTTP commands of operators: halt a pair, a price source, a rail or a network; let it go on."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict, Field

from shared.api import Db, Routes
from shared.body import Body
from shared.caller import Caller
from shared.commands import OperatorReason, command, operator, operator_answers
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.responses import answers
from shared.times import Moment


class HaltSomething(Body):
    """kind: of what. name: which one, such as BTC/EUR, coinbase, stripe, base. ends_at: when it
    ends by itself, within 31 days; none: when two operators lift it. reason: for operators only."""

    kind: Literal["pair", "price_source", "rail", "network"]
    name: Annotated[str, Field(min_length=1, max_length=64)]
    reason: OperatorReason
    ends_at: Moment | None = None


class LiftHalt(Body):
    """reason: why it may go on; for operators only."""

    reason: OperatorReason


class HaltBegun(BaseModel):
    """kind, name: what is halted. ends_at: when it ends by itself."""

    model_config = ConfigDict(extra="forbid")
    halt_id: UUID
    kind: str
    name: str
    ends_at: datetime | None


class HaltLifted(BaseModel):
    """kind, name: of what. lifted_at: when. still_halted: another halt of it is open."""

    model_config = ConfigDict(extra="forbid")
    halt_id: UUID
    kind: str
    name: str
    lifted_at: datetime
    still_halted: bool


routes = Routes()


@routes.post("/halts", responses=answers(HaltBegun, "It is halted."))
def halt(body: HaltSomething, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """An operator halts a pair, a price source, a rail or a network: nothing new begins, what runs
    goes on (aal2)."""
    fields = body.model_dump(mode="json", exclude_none=True)
    return command(db, caller, key, "halt", fields, needs=operator)


@routes.post("/halts/<halt_id>/lift", responses=operator_answers(HaltLifted, "The halt is over."))
def lift(halt_id: Id, body: LiftHalt, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """Two operators end a halt (aal2)."""
    fields = {"halt_id": str(halt_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "halt_lift", fields, needs=operator)
