"""What a wallet reads out of a QR code or a link: address, amount and chain in one text."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

_COINS = {"BTC": "bitcoin", "LTC": "litecoin"}
# EIP-7528: the coin of an EVM chain.
_COIN = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE"


def payment_uri(method: Mapping[str, Any]) -> str:
    """The URI of a way to pay, for what is still due: BIP-21 for coins, EIP-681 for EVM chains.
    method: as private.method_read tells. The bare address where no form is known."""
    address, due = method["address"], Decimal(method["due_amount"])
    coin = _COINS.get(method["currency"])
    if coin:
        return f"{coin}:{address}?amount={due:f}"
    if not str(address).startswith("0x"):
        return str(address)
    units = int(due.scaleb(method["decimals"]))
    if method["token"] == _COIN:
        return f"ethereum:{address}@{method['chain_id']}?value={units}"
    where = f"{method['token']}@{method['chain_id']}"
    return f"ethereum:{where}/transfer?address={address}&uint256={units}"


def leads_with_uri(currency: str) -> bool:
    """Whether wallets of a currency read its URI: of coins they do. Of tokens most read nothing
    but an address, so that stands first and the URI beside it."""
    return currency in _COINS
