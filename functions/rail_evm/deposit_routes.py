"""HTTP command: where to pay on a chain."""

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
from .addresses import deposit_address, fingerprint
from .bodies import DepositAddress
from .settings import RAIL

routes = Routes()


@routes.post(
    "/escrows/<escrow_id>/deposit-address",
    responses=answers(DepositAddress, "Where to pay."),
)
def escrow_deposit_address(
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
        "rail": RAIL, "key_fingerprint": fingerprint(settings.account_key()),
    }  # fmt: skip
    request = db.service_rpc("escrow_deposit_begin", {"command": command}, repeatable=True)
    if "answer" in request:
        return answer(request["answer"])
    address = deposit_address(settings.account_key(), request["address_index"])
    token = settings.tokens(db, chain)[request["currency"]].address
    found = {**command, "address": address, "chain_id": chain, "token": token}
    return answer(db.service_rpc("escrow_deposit_place", {"command": found}, repeatable=True))
