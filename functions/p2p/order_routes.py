"""HTTP commands about orders."""

from collections.abc import Callable, Mapping
from datetime import datetime
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
from .order_rules import Asked, decide_take, parse_order

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

    def fields(read: Mapping[str, Any]) -> Mapping[str, Any]:
        now = datetime.fromisoformat(read["now"])
        asked = Asked(body.amount, body.expected_price, body.max_slippage_bps, body.payment_method)
        taken = decide_take(parse_order(read), asked, now)
        account = body.payment_account_id
        return {
            "amount": body.amount,
            "expected_price": body.expected_price,
            "max_slippage_bps": body.max_slippage_bps,
            "payment_method": taken.payment_method,
            "payment_account_id": str(account) if account else None,
            "fiat_amount": taken.fiat_amount,
            "deadline_at": taken.deadline_at.isoformat(),
            "expires_at": taken.expires_at.isoformat(),
        }

    return _command(db, caller, key, "order_take", order_id, fields, status=201)


def _command(
    db: Database,
    caller: CallerToken,
    key: CommandKey,
    name: str,
    order_id: UUID,
    fields: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda read: {},
    status: int = 200,
) -> Response[Any]:
    about = {"order_id": str(order_id)}
    return command(
        db,
        caller,
        key,
        name,
        lambda read: {**fields(read), **about},
        read=("order_snapshot", about),
        # The index moved since it was read: decide again with the new one.
        again_on="fiat_amount_not_exact",
        status=status,
    )
