"""HTTP command: where to pay an escrow in USDC on Base."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.api import Db, Routes
from shared.body import Nothing
from shared.caller import Caller
from shared.commands import command, signed, unanswered
from shared.idempotency import IdempotencyKey
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
    escrow_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The payer asks where to send the money of an escrow: one address for each."""

    def fields(actor: Mapping[str, Any]) -> Mapping[str, Any]:
        chain = settings.chain_id()
        if chain is None:
            raise not_configured()
        about = {"escrow_id": str(escrow_id), "rail": "usdc_base"}
        begin = {"command": {**about, **signed(key, actor)}}
        funding = unanswered(db.service_rpc("funding_begin", begin, repeatable=True))
        address = escrow_address(settings.account_key(), funding["address_index"])
        token = settings.tokens(db, chain)[CURRENCY].address
        return {**about, "address": address, "chain_id": chain, "token": token}

    return command(db, caller, key, "funding_attach", fields)
