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


class OddLog(BadLog):
    """A log of the token that is there, in a block we know, and is no transfer as we read them.

    block_number: where it is. Others beside it are what they are.
    """

    def __init__(self, block_number: int, reason: str) -> None:
        super().__init__(reason)
        self.block_number = block_number


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


def readable(
    logs: Iterable[Mapping[str, Any]], tokens: Mapping[str, int]
) -> tuple[list[Transfer], list[OddLog]]:
    """The transfers in what eth_getLogs gave, in its order, and what cannot be read as one.

    tokens: decimals by address. Raises BadLog for a log that is none of these tokens, or that
    does not say where it is: then the answer is of no use.
    """
    decimals = {address.lower(): count for address, count in tokens.items()}
    found: list[Transfer] = []
    odd: list[OddLog] = []
    for log in logs:
        if _removed(log):
            continue
        try:
            transfer = _decode(log, decimals)
        except OddLog as error:
            odd.append(error)
        else:
            # Anybody may cause a transfer of nothing between any two addresses.
            if transfer.amount:
                found.append(transfer)
    return found, odd


def transfers(logs: Iterable[Mapping[str, Any]], tokens: Mapping[str, int]) -> list[Transfer]:
    """As readable, where nothing odd is allowed for. Raises BadLog, OddLog among them."""
    found, odd = readable(logs, tokens)
    for each in odd:
        raise each
    return found


def _removed(log: Mapping[str, Any]) -> bool:
    removed = log.get("removed", False)
    if not isinstance(removed, bool):
        raise BadLog("removed is neither true nor false")
    return removed


def _decode(log: Mapping[str, Any], decimals: Mapping[str, int]) -> Transfer:
    token = _text(log, "address").lower()
    if token not in decimals:
        raise BadLog("a token that was not asked for")
    number = int(_matched(_QUANTITY, _text(log, "blockNumber")), 16)
    block_hash = _matched(_WORD, _text(log, "blockHash"))
    transaction_hash = _matched(_WORD, _text(log, "transactionHash"))
    log_index = int(_matched(_QUANTITY, _text(log, "logIndex")), 16)
    try:
        sender, recipient, amount = _content(log, decimals[token])
    except (BadLog, ValueError) as error:
        raise OddLog(number, str(error)) from None
    return Transfer(
        token=checksum(bytes.fromhex(token[2:])),
        sender=sender,
        recipient=recipient,
        amount=amount,
        block_number=number,
        block_hash=block_hash,
        transaction_hash=transaction_hash,
        log_index=log_index,
    )


def _content(log: Mapping[str, Any], decimals: int) -> tuple[str, str, Decimal]:
    """Sender, recipient, amount. Raises BadLog, and ValueError for what the books cannot hold."""
    topics = log.get("topics")
    if not (isinstance(topics, list) and len(topics) == 3 and topics[0] == TRANSFER_TOPIC):
        raise BadLog("no ERC-20 transfer")
    units = int(_matched(_WORD, _text(log, "data")), 16)
    return _address(topics[1]), _address(topics[2]), from_units(units, decimals)


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
