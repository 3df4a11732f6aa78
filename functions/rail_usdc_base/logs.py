"""Transfers of ERC-20 tokens as they stand in the chain's logs, read strictly."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shared.evm_address import checksum

from .units import from_units

# keccak_256(b"Transfer(address,address,uint256)")
TRANSFER_TOPIC = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"

_QUANTITY = re.compile(r"0x(0|[1-9a-f][0-9a-f]{0,15})")
_WORD = re.compile(r"0x[0-9a-f]{64}")
_PADDED_ADDRESS = re.compile(r"0x0{24}([0-9a-f]{40})")


class BadLog(Exception):
    """A log that no honest node gives for our filter; nothing may be concluded from it."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer; (chain, transaction_hash, log_index) names it for ever.

    token, sender, recipient: checksummed. amount: of the token, exact, above zero.
    """

    token: str
    sender: str
    recipient: str
    amount: Decimal
    block_number: int
    block_hash: str
    transaction_hash: str
    log_index: int


def transfer_topics(recipients: Iterable[str], sender: str | None = None) -> list[Any]:
    """The topics of a filter: transfers to one of these addresses, of anybody by default."""
    return [TRANSFER_TOPIC, sender and _padded(sender), [_padded(each) for each in recipients]]


def _padded(address: str) -> str:
    return "0x" + address[2:].lower().rjust(64, "0")


def transfers(logs: Iterable[Mapping[str, Any]], tokens: Mapping[str, int]) -> list[Transfer]:
    """The transfers in what eth_getLogs gave, in its order.

    tokens: decimals by address. Logs that a reorganisation took back (`removed`) are left out,
    and transfers of nothing, which anybody may cause between any two addresses.
    Raises BadLog for anything else than whole transfers of these tokens.
    """
    decimals = {address.lower(): count for address, count in tokens.items()}
    decoded = (_decode(log, decimals) for log in logs if not _removed(log))
    return [each for each in decoded if each.amount]


def _removed(log: Mapping[str, Any]) -> bool:
    removed = log.get("removed", False)
    if not isinstance(removed, bool):
        raise BadLog("removed is neither true nor false")
    return removed


def _decode(log: Mapping[str, Any], decimals: Mapping[str, int]) -> Transfer:
    token = _text(log, "address").lower()
    topics = log.get("topics")
    if token not in decimals:
        raise BadLog("a token that was not asked for")
    if not (isinstance(topics, list) and len(topics) == 3 and topics[0] == TRANSFER_TOPIC):
        raise BadLog("no ERC-20 transfer")
    units = int(_matched(_WORD, _text(log, "data")), 16)
    try:
        amount = from_units(units, decimals[token])
    except ValueError as error:
        raise BadLog(str(error)) from None
    return Transfer(
        token=checksum(bytes.fromhex(token[2:])),
        sender=_address(topics[1]),
        recipient=_address(topics[2]),
        amount=amount,
        block_number=int(_matched(_QUANTITY, _text(log, "blockNumber")), 16),
        block_hash=_matched(_WORD, _text(log, "blockHash")),
        transaction_hash=_matched(_WORD, _text(log, "transactionHash")),
        log_index=int(_matched(_QUANTITY, _text(log, "logIndex")), 16),
    )


def _text(log: Mapping[str, Any], name: str) -> str:
    value = log.get(name)
    if not isinstance(value, str):
        raise BadLog(f"{name} is missing")
    return value


def _matched(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise BadLog("a field has another width")
    return text


def _address(topic: Any) -> str:
    match = _PADDED_ADDRESS.fullmatch(topic) if isinstance(topic, str) else None
    if not match:
        raise BadLog("a topic is no address")
    return checksum(bytes.fromhex(match[1]))
