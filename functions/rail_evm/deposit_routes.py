"""HTTP commands: where to pay on a chain."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.addresses import parse_destination
from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller, CallerToken
from shared.commands import command, signed, unanswered
from shared.db import Database
from shared.deposit_addresses import account_key, deposit_address, fingerprint
from shared.idempotency import CommandKey, IdempotencyKey
from shared.identifier import Id
from shared.responses import answers
from shared.settings import not_configured

from . import settings
from .bodies import (
    DepositSentBack,
    DepositTaken,
    EscrowAddress,
    NewWalletAddress,
    SendBack,
    WalletAddress,
)

routes = Routes()


@routes.post(
    "/escrows/<escrow_id>/deposit-address",
    responses=answers(EscrowAddress, "Where to pay."),
)
def escrow_deposit_address(
    escrow_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The payer asks where to send the money of an escrow: one address for each."""
    about = {"escrow_id": str(escrow_id), "address_kind": "evm"}
    return _placed(db, caller, key, ("escrow_deposit_begin", "escrow_deposit_place"), about)


@routes.post(
    "/deposit-addresses",
    responses=answers(WalletAddress, "Where to pay."),
)
def wallet_deposit_address(
    body: NewWalletAddress, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A party asks where to pay into its wallet: one address for each currency, for good.

    What is sent there is credited once the chain is sure of it; chain_deposits shows it before.
    """
    about = body.model_dump(mode="json", exclude_none=True)
    told = db.service_rpc("chain", {"rail": body.rail}, repeatable=True)
    kind = told["address_kind"] if told else "evm"
    return _placed(db, caller, key, ("wallet_deposit_begin", "wallet_deposit_place"), about, kind)


@routes.post(
    "/unmatched-deposits/<deposit_id>/take",
    responses=answers(DepositTaken, "What is in the wallet now."),
)
def take_unmatched(
    deposit_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A party takes into its wallet what came to its address and nobody asked for: another
    currency than the address is for. From there it may be withdrawn."""
    return command(db, caller, key, "unmatched_deposit_take", {"deposit_id": str(deposit_id)})


@routes.post(
    "/unmatched-deposits/<deposit_id>/send-back",
    responses=answers(DepositSentBack, "Its payout.", status=201),
)
def send_back_unmatched(
    deposit_id: Id, body: SendBack, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A party sends back what came to its address and nobody asked for (aal2), whatever currency
    it is of. The address is kept with its checksum, as a destination that is no default."""
    fields = {"deposit_id": str(deposit_id), "address": parse_destination(body.address)}
    return command(db, caller, key, "unmatched_deposit_send_back", fields, status=201)


def _placed(
    db: Database,
    caller: CallerToken,
    key: CommandKey,
    names: tuple[str, str],
    about: Mapping[str, Any],
    address_kind: str = "evm",
) -> Response[Any]:
    """The database makes the request, its address is derived here and written there."""
    begin, place = names

    def fields(actor: Mapping[str, Any]) -> Mapping[str, Any]:
        xpub = account_key(address_kind)
        about_key = {"key_fingerprint": fingerprint(xpub)}
        asked = {**about, **about_key, **signed(key, actor)}
        request = unanswered(db.service_rpc(begin, {"command": asked}, repeatable=True))
        if not settings.works(request["rail"]):
            raise not_configured()
        network = settings.network(db, request["rail"])
        return {
            **about, **about_key, "request_id": request["request_id"], "chain_id": network.chain_id,
            "address_index": request["address_index"],
            "address": request["address"]
            or deposit_address(address_kind, xpub, request["address_index"]),
            "token": network.form.theirs(network.tokens[request["currency"]].address),
        }  # fmt: skip

    return command(db, caller, key, place, fields)
