"""HTTP command: where to pay an escrow in USDC on Base."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller
from shared.idempotency import Command, answer
from shared.identifier import Id
from shared.responses import answers
from shared.settings import not_configured

from . import settings
from .addresses import escrow_address
from .bodies import DepositAddress

CURRENCY = "USDC_BASE"

routes = Routes()


@routes.post(
    "/escrows/<escrow_id>/deposit-address",
    responses=answers(DepositAddress, "Where to pay."),
)
def deposit_address(
    escrow_id: Id, body: Nothing, caller: Caller, key: Command, db: Db
) -> Response[Any]:
    """The payer asks where to send the money of an escrow: one address for each."""
    asked = {"idempotency_key": key.key, "request_hash": key.request_hash}
    actor = db.rpc("whoami", asked, token=caller.token, repeatable=True)
    if "answer" in actor:
        return answer(actor["answer"])
    chain = settings.chain_id()
    if chain is None:
        raise not_configured()
    command = {
        **asked, "escrow_id": str(escrow_id), "actor_id": actor["id"], "aal": actor["aal"],
        "rail": "usdc_base",
    }  # fmt: skip
    funding = db.service_rpc("funding_begin", {"command": command}, repeatable=True)
    if "answer" in funding:
        return answer(funding["answer"])
    address = escrow_address(settings.account_key(), funding["address_index"])
    token = settings.tokens(db, chain)[CURRENCY].address
    found = {**command, "address": address, "chain_id": chain, "token": token}
    return answer(db.service_rpc("funding_attach", {"command": found}, repeatable=True))
