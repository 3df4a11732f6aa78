"""Routes of the two sides of an escrow: of a trade, or of a milestone."""

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


@routes.post("/escrows/<escrow_id>/mark-paid", responses=_MOVED)
def mark_paid(
    escrow_id: Id, body: bodies.MarkPaid, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The payee has sent the bank money."""
    return execute(db, caller, key, escrow_id, "mark-paid", body)


@routes.post("/escrows/<escrow_id>/release", responses=_MOVED)
def release(
    escrow_id: Id, body: bodies.Release, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The payer gives all to the payee (aal2). Before payment with confirm: true, after it with
    payer_name_matches: true."""
    return execute(db, caller, key, escrow_id, "release", body)


@routes.post("/escrows/<escrow_id>/deliver", responses=_MOVED)
def deliver(
    escrow_id: Id, body: bodies.Deliver, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The payee delivers a milestone."""
    return execute(db, caller, key, escrow_id, "deliver", body)


@routes.post("/escrows/<escrow_id>/request-revision", responses=_MOVED)
def request_revision(
    escrow_id: Id, body: bodies.RequestRevision, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The payer asks for another delivery, as often as the policy allows."""
    return execute(db, caller, key, escrow_id, "request-revision", body)


@routes.post("/escrows/<escrow_id>/top-up", responses=_MOVED)
def top_up(
    escrow_id: Id, body: bodies.TradeBody, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The payer pays from the balance what is missing of money that did not match."""
    return execute(db, caller, key, escrow_id, "top-up", body)


@routes.post("/escrows/<escrow_id>/propose-partial", responses=_MOVED)
def propose_partial(
    escrow_id: Id, body: bodies.TradeBody, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A side would hold what arrived instead of what was agreed."""
    return execute(db, caller, key, escrow_id, "propose-partial", body)


@routes.post("/escrows/<escrow_id>/accept-partial", responses=_MOVED)
def accept_partial(
    escrow_id: Id, body: bodies.TradeBody, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The other side agrees: what arrived is the amount."""
    return execute(db, caller, key, escrow_id, "accept-partial", body)


@routes.post("/escrows/<escrow_id>/return-funds", responses=_MOVED)
def return_funds(
    escrow_id: Id, body: bodies.TradeBody, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The payer takes back money that did not match."""
    return execute(db, caller, key, escrow_id, "return-funds", body)


@routes.post("/escrows/<escrow_id>/concede", responses=_MOVED)
def concede(
    escrow_id: Id, body: bodies.TradeBody, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The payee gives all back."""
    return execute(db, caller, key, escrow_id, "concede", body)


@routes.post("/escrows/<escrow_id>/cancel", responses=_MOVED)
def cancel(
    escrow_id: Id, body: bodies.TradeBody, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Offer to end with nothing for the payee; it ends when the other side offers the same."""
    return execute(db, caller, key, escrow_id, "cancel", body)


@routes.post("/escrows/<escrow_id>/offer-split", responses=_MOVED)
def offer_split(
    escrow_id: Id, body: bodies.OfferSplit, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Offer to divide (a payer with aal2); settles at once on an offer as good or better."""
    return execute(db, caller, key, escrow_id, "offer-split", body)


@routes.post("/escrows/<escrow_id>/withdraw-offer", responses=_MOVED)
def withdraw_offer(
    escrow_id: Id, body: bodies.TradeBody, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Withdraw one's offer."""
    return execute(db, caller, key, escrow_id, "withdraw-offer", body)


@routes.post("/escrows/<escrow_id>/accept-split", responses=_MOVED)
def accept_split(
    escrow_id: Id, body: bodies.AcceptSplit, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Settle on the other side's offer (a payer with aal2)."""
    return execute(db, caller, key, escrow_id, "accept-split", body)
