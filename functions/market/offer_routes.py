"""HTTP commands about offers."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller
from shared.commands import command
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.responses import answers

from . import bodies
from .contract_answer import ContractMoved

routes = Routes()
_MADE = answers(bodies.OfferMoved, "The new offer.", status=201)
_MOVED = answers(bodies.OfferMoved, "The offer after the command.")


@routes.post("/listings/<listing_id>/offers", responses=_MADE)
def make(
    listing_id: Id, body: bodies.NewOffer, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A buyer makes an offer for a unit, milestone by milestone."""
    fields = {"listing_id": str(listing_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "offer_make", fields, status=201)


@routes.post("/offers/<offer_id>/counter", responses=_MADE)
def counter(
    offer_id: Id, body: bodies.Terms, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The other side makes a counter-offer."""
    fields = {"offer_id": str(offer_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "offer_counter", fields, status=201)


@routes.post(
    "/offers/<offer_id>/accept", responses=answers(ContractMoved, "The contract.", status=201)
)
def accept(
    offer_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The other side accepts the offer: the contract is made, with an escrow for each milestone."""
    fields = {"offer_id": str(offer_id)}
    return command(db, caller, key, "offer_accept", fields, status=201)


@routes.post("/offers/<offer_id>/reject", responses=_MOVED)
def reject(
    offer_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The other side rejects the offer."""
    fields = {"offer_id": str(offer_id), "event": "reject"}
    return command(db, caller, key, "offer_decline", fields)


@routes.post("/offers/<offer_id>/withdraw", responses=_MOVED)
def withdraw(
    offer_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The author withdraws the offer."""
    fields = {"offer_id": str(offer_id), "event": "withdraw"}
    return command(db, caller, key, "offer_decline", fields)
