"""HTTP commands about orders."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller, CallerToken
from shared.commands import command
from shared.db import Database
from shared.idempotency import CommandKey, IdempotencyKey
from shared.identifier import Id
from shared.responses import answers

from . import bodies

routes = Routes()
_MOVED = answers(bodies.OrderMoved, "The order after the command.")


@routes.post("/orders/<order_id>/publish", responses=_MOVED)
def publish(
    order_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The maker opens a draft for takes; a sell order locks its amount."""
    return _command(db, caller, key, "order_publish", order_id)


@routes.post("/orders/<order_id>/pause", responses=_MOVED)
def pause(
    order_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The maker takes an order out of the book; its money stays locked, open trades go on."""
    return _command(db, caller, key, "order_pause", order_id)


@routes.post("/orders/<order_id>/resume", responses=_MOVED)
def resume(
    order_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The maker puts a paused order back into the book."""
    return _command(db, caller, key, "order_resume", order_id)


@routes.post("/orders/<order_id>/reprice", responses=_MOVED)
def reprice(
    order_id: Id, body: bodies.Reprice, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The maker changes the price of a published order, or how much one take may have; trades
    that run keep their price."""
    fields = body.model_dump(mode="json", exclude_none=True)
    return _command(db, caller, key, "order_reprice", order_id, fields)


@routes.post("/orders/<order_id>/cancel", responses=_MOVED)
def cancel(
    order_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The maker closes an order; what remains goes back, open trades go on."""
    return _command(db, caller, key, "order_cancel", order_id)


@routes.post(
    "/orders/<order_id>/take", responses=answers(bodies.TradeOpened, "The trade.", status=201)
)
def take(
    order_id: Id, body: bodies.Take, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Open a trade over a part of an order; the crypto is held at once."""
    fields = body.model_dump(mode="json")
    return _command(db, caller, key, "order_take", order_id, fields, status=201)


def _command(
    db: Database,
    caller: CallerToken,
    key: CommandKey,
    name: str,
    order_id: UUID,
    fields: Mapping[str, Any] | None = None,
    status: int = 200,
) -> Response[Any]:
    return command(
        db, caller, key, name, {"order_id": str(order_id), **(fields or {})}, status=status
    )
