"""HTTP commands about payouts over outside rails: name a destination, and retry or keep a payout
that the rail refused."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.addresses import parse_destination
from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller
from shared.commands import command
from shared.idempotency import IdempotencyKey
from shared.identifier import Id
from shared.responses import answers

from . import bodies

routes = Routes()
_MOVED = answers(bodies.PayoutMoved, "The payout after the command.")


@routes.post(
    "/payout-destinations",
    responses=answers(bodies.DestinationSet, "The destination.", status=201),
)
def set_destination(
    body: bodies.NewDestination, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A party names where its money may go on a rail (aal2); payouts that wait for it go as soon
    as it may be used.

    An address of an EVM chain is kept with its checksum (EIP-55). One submitted with a wrong
    checksum is refused; all lower or all upper case carries none and is taken. One of Bitcoin or
    Litecoin must have its right checksum (BIP-173, BIP-350, Base58Check).
    """
    fields = body.model_dump(mode="json", exclude_none=True)
    fields["address"] = parse_destination(body.address)
    return command(db, caller, key, "payout_destination_set", fields, status=201)


@routes.post(
    "/payout-destinations/<destination_id>/remove",
    responses=answers(bodies.DestinationRemoved, "The destination."),
)
def remove_destination(
    destination_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A party removes a destination (aal2); payouts that were claimed or withdrawn to it go on."""
    fields = {"destination_id": str(destination_id)}
    return command(db, caller, key, "payout_destination_remove", fields)


@routes.post(
    "/withdrawal-requests",
    responses=answers(bodies.WithdrawalRequested, "The withdrawal.", status=201),
)
def request_withdrawal(
    body: bodies.NewWithdrawal, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A party sends money out of its wallet (aal2), within withdrawal_policies and the limits of
    its tier. Amount, fee and network cost are set aside at once; it waits for its hold, and can
    be cancelled until it is sent."""
    fields = body.model_dump(mode="json", exclude_none=True)
    return command(db, caller, key, "withdrawal_request", fields, status=201)


@routes.post("/payouts/<payout_id>/retry", responses=_MOVED)
def retry(
    payout_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """Pay again what the rail has provably refused, to where the party wants it now (aal2)."""
    return command(db, caller, key, "payout_retry", {"payout_id": str(payout_id)})


@routes.post("/payouts/<payout_id>/keep", responses=_MOVED)
def keep(
    payout_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A party takes what has not been sent into its balance (aal2)."""
    return command(db, caller, key, "payout_keep", {"payout_id": str(payout_id)})
