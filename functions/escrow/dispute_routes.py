"""Routes of disputes, for the parties and the arbiters."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.caller import Caller
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.responses import answers

from . import bodies
from .execute import execute

routes = Routes()
_MOVED = answers(bodies.EscrowMoved, "The escrow after the move.")


@routes.post("/escrows/<escrow_id>/dispute", responses=_MOVED)
def dispute(
    escrow_id: Id, body: bodies.RaiseDispute, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Open a dispute: an arbiter decides."""
    return execute(db, caller, key, escrow_id, "dispute", body)


@routes.post("/escrows/<escrow_id>/statement", responses=_MOVED)
def statement(
    escrow_id: Id, body: bodies.Statement, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Submit one's statement, once; the other side reads it once statements are closed."""
    return execute(db, caller, key, escrow_id, "statement", body)


@routes.post("/escrows/<escrow_id>/acknowledge", responses=_MOVED)
def acknowledge(
    escrow_id: Id, body: bodies.TradeBody, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The assigned arbiter takes the case."""
    return execute(db, caller, key, escrow_id, "acknowledge", body)


@routes.post("/escrows/<escrow_id>/decide", responses=_MOVED)
def decide(
    escrow_id: Id, body: bodies.Ruling, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The arbiter decides (aal2); above the policy's limit a second arbiter must approve."""
    return execute(db, caller, key, escrow_id, "decide", body)


@routes.post("/escrows/<escrow_id>/approve-decision", responses=_MOVED)
def approve_decision(
    escrow_id: Id, body: bodies.TradeBody, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The second arbiter agrees (aal2)."""
    return execute(db, caller, key, escrow_id, "approve-decision", body)


@routes.post("/escrows/<escrow_id>/reject-decision", responses=_MOVED)
def reject_decision(
    escrow_id: Id, body: bodies.TradeBody, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The second arbiter does not agree (aal2)."""
    return execute(db, caller, key, escrow_id, "reject-decision", body)


@routes.post("/escrows/<escrow_id>/accept-decision", responses=_MOVED)
def accept_decision(
    escrow_id: Id, body: bodies.TradeBody, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A party accepts the decision; when both have, it is carried out at once."""
    return execute(db, caller, key, escrow_id, "accept-decision", body)


@routes.post("/escrows/<escrow_id>/appeal", responses=_MOVED)
def appeal(
    escrow_id: Id, body: bodies.TradeBody, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A party that did not get all appeals to another arbiter, once, with a bond."""
    return execute(db, caller, key, escrow_id, "appeal", body)


@routes.post("/escrows/<escrow_id>/assign", responses=_MOVED)
def assign(
    escrow_id: Id, body: bodies.Assign, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator assigns the dispute to an arbiter."""
    return execute(db, caller, key, escrow_id, "assign", body)


@routes.post("/escrows/<escrow_id>/freeze", responses=_MOVED)
def freeze(
    escrow_id: Id, body: bodies.Freeze, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator freezes an escrow: no money moves, the clocks rest."""
    return execute(db, caller, key, escrow_id, "freeze", body)


@routes.post("/escrows/<escrow_id>/unfreeze", responses=_MOVED)
def unfreeze(
    escrow_id: Id, body: bodies.Unfreeze, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator lifts a hold of an operator; without any hold the escrow goes on."""
    return execute(db, caller, key, escrow_id, "unfreeze", body)
