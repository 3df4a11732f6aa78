"""HTTP commands about merchants and who works for them."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller
from shared.commands import command, operator
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.responses import answers

from . import merchant_bodies as bodies

routes = Routes()


@routes.post("/merchants", responses=answers(bodies.MerchantMade, "The merchant.", status=201))
def create(body: bodies.NewMerchant, caller: Caller, key: IdempotencyKey, db: Db) -> Response[Any]:
    """A person registers a merchant and becomes its owner; operators look at its papers."""
    return command(db, caller, key, "merchant_create", body.model_dump(mode="json"), status=201)


@routes.post(
    "/merchants/<merchant_id>/verification",
    responses=answers(bodies.MerchantVerified, "How it stands."),
)
def verify(
    merchant_id: Id, body: bodies.Verdict, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Operators verify or reject a merchant (aal2); the audit log keeps who and why."""
    fields = {"merchant_id": str(merchant_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "merchant_verify", fields, needs=operator)


@routes.post(
    "/merchants/<merchant_id>/close", responses=answers(bodies.MerchantClosed, "It is closed.")
)
def close(
    merchant_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An owner closes a merchant (aal2): no new invoice. Open ones go on, late money is booked and
    refunded, and the balance is withdrawn."""
    return command(db, caller, key, "merchant_close", {"merchant_id": str(merchant_id)})


@routes.post(
    "/merchants/<merchant_id>/invitations",
    responses=answers(bodies.Invited, "Who is invited.", status=201),
)
def invite(
    merchant_id: Id, body: bodies.Invitation, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Invite a person, or a member to another role (aal2). Owners invite to every role, admins
    below owner."""
    fields = {"merchant_id": str(merchant_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "merchant_invite", fields, status=201)


@routes.post("/merchants/<merchant_id>/join", responses=answers(bodies.Joined, "The member."))
def join(
    merchant_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Who was invited becomes a member, in place of the role of before."""
    return command(db, caller, key, "merchant_join", {"merchant_id": str(merchant_id)})


@routes.post(
    "/merchants/<merchant_id>/remove-member",
    responses=answers(bodies.Removed, "Who is no member any more."),
)
def remove_member(
    merchant_id: Id, body: bodies.Member, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Leave a merchant, decline its invitation, or put a member out (aal2). An owner stays."""
    fields = {"merchant_id": str(merchant_id), **body.model_dump(mode="json")}
    return command(db, caller, key, "merchant_member_remove", fields)
