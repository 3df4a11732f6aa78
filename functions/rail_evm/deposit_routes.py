"""HTTP commands: where to pay on a chain."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller, CallerToken
from shared.db import Database
from shared.idempotency import Command, CommandKey, answer
from shared.identifier import Id
from shared.responses import answers
from shared.settings import not_configured

from . import settings
from .addresses import deposit_address, fingerprint
from .bodies import EscrowAddress, NewWalletAddress, WalletAddress

routes = Routes()


@routes.post(
    "/escrows/<escrow_id>/deposit-address",
    responses=answers(EscrowAddress, "Where to pay."),
)
def escrow_deposit_address(
    escrow_id: Id, body: Nothing, caller: Caller, key: Command, db: Db
) -> Response[Any]:
    """The payer asks where to send the money of an escrow: one address for each."""
    fields = {"escrow_id": str(escrow_id), "rail": settings.RAIL}
    return _placed(db, caller, key, "escrow_deposit", fields)


@routes.post(
    "/deposit-addresses",
    responses=answers(WalletAddress, "Where to pay."),
)
def wallet_deposit_address(
    body: NewWalletAddress, caller: Caller, key: Command, db: Db
) -> Response[Any]:
    """A party asks where to pay into its wallet: one address for each currency, for good.

    What is sent there is credited once the chain is sure of it; chain_deposits shows it before.
    """
    fields = body.model_dump(mode="json", exclude_none=True)
    return _placed(db, caller, key, "wallet_deposit", fields)


def _placed(
    db: Database, caller: CallerToken, key: CommandKey, purpose: str, fields: dict[str, Any]
) -> Response[Any]:
    """The request is made in the database, its address derived here and written there."""
    asked = {"idempotency_key": key.key, "request_hash": key.request_hash}
    actor = db.rpc("whoami", asked, token=caller.token, repeatable=True)
    if "answer" in actor:
        return answer(actor["answer"])
    chain = settings.chain_id()
    if chain is None:
        raise not_configured()
    xpub = settings.account_key()
    command = {
        **asked, **fields, "actor_id": actor["id"], "aal": actor["aal"],
        "key_fingerprint": fingerprint(xpub),
    }  # fmt: skip
    request = db.service_rpc(f"{purpose}_begin", {"command": command}, repeatable=True)
    if "answer" in request:
        return answer(request["answer"])
    placed = {
        **command, "request_id": request["request_id"], "chain_id": chain,
        "address": request["address"] or deposit_address(xpub, request["address_index"]),
        "token": settings.tokens(db, chain)[request["currency"]].address,
    }  # fmt: skip
    return answer(db.service_rpc(f"{purpose}_place", {"command": placed}, repeatable=True))
