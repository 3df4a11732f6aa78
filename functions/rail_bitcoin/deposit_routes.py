"""HTTP commands: where to pay on a chain of coins."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

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
from .bodies import EscrowCoinAddress, NewCoinAddress, WalletCoinAddress

routes = Routes()
_ESCROW = answers(EscrowCoinAddress, "Where to pay.")
_WALLET = answers(WalletCoinAddress, "Where to pay.")


@routes.post("/escrows/<escrow_id>/bitcoin-address", responses=_ESCROW)
def escrow_bitcoin_address(
    escrow_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The payer asks where to send the bitcoin of an escrow: one address for each."""
    return _of_escrow(db, caller, key, "bitcoin", escrow_id)


@routes.post("/escrows/<escrow_id>/litecoin-address", responses=_ESCROW)
def escrow_litecoin_address(
    escrow_id: Id, body: Nothing, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """The payer asks where to send the litecoin of an escrow: one address for each."""
    return _of_escrow(db, caller, key, "litecoin", escrow_id)


@routes.post("/bitcoin-addresses", responses=_WALLET)
def wallet_bitcoin_address(
    body: NewCoinAddress, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A party asks where to pay bitcoin into its wallet: one address, for good.

    mempool_payments shows what is on its way, chain_deposits what is in a block.
    """
    return _of_wallet(db, caller, key, "bitcoin", "BTC", body)


@routes.post("/litecoin-addresses", responses=_WALLET)
def wallet_litecoin_address(
    body: NewCoinAddress, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """A party asks where to pay litecoin into its wallet: one address, for good."""
    return _of_wallet(db, caller, key, "litecoin", "LTC", body)


def _of_escrow(
    db: Database, caller: CallerToken, key: CommandKey, rail: str, escrow_id: Id
) -> Response[Any]:
    # The kind of a rail's addresses bears its name: an escrow over another rail is refused.
    about = {"escrow_id": str(escrow_id), "address_kind": rail}
    return _placed(db, caller, key, ("escrow_deposit_begin", "escrow_deposit_place"), rail, about)


def _of_wallet(
    db: Database, caller: CallerToken, key: CommandKey, rail: str, currency: str,
    body: NewCoinAddress,
) -> Response[Any]:  # fmt: skip
    about = {"rail": rail, "currency": currency, **body.model_dump(mode="json", exclude_none=True)}
    return _placed(db, caller, key, ("wallet_deposit_begin", "wallet_deposit_place"), rail, about)


def _placed(
    db: Database,
    caller: CallerToken,
    key: CommandKey,
    names: tuple[str, str],
    rail: str,
    about: Mapping[str, Any],
) -> Response[Any]:
    """The database makes the request, its address is derived here and written there."""
    begin, place = names

    def fields(actor: Mapping[str, Any]) -> Mapping[str, Any]:
        if not settings.works(rail):
            raise not_configured()
        xpub = account_key(rail)
        about_key = {"key_fingerprint": fingerprint(xpub)}
        asked = {**about, **about_key, **signed(key, actor)}
        request = unanswered(db.service_rpc(begin, {"command": asked}, repeatable=True))
        chain = settings.chain(db, rail)
        index = request["address_index"]
        return {
            **about, **about_key, "request_id": request["request_id"], "chain_id": chain.chain_id,
            "address_index": index, "token": settings.NATIVE,
            "address": request["address"] or deposit_address(rail, xpub, index),
        }  # fmt: skip

    return command(db, caller, key, place, fields)
