"""Answers of a node, read strictly. Raises NodeUnknown for an answer of another form."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.evm_address import checksum

from .rpc import NodeUnknown

_QUANTITY = re.compile(r"0x[0-9a-f]{1,64}")
_HASH = re.compile(r"0x[0-9a-f]{64}")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
_DATA = re.compile(r"0x([0-9a-fA-F]{2})*")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Block:
    """A block's header. timestamp: seconds since 1970."""

    number: int
    hash: str
    parent_hash: str
    timestamp: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a transaction in a block. cost: what the sender paid in wei, with what
    a chain of the OP stack adds for its parent chain. logs: what it did, as they came."""

    transaction_hash: str
    block_number: int
    block_hash: str
    succeeded: bool
    gas_used: int
    cost: int
    logs: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class CoinTransfer:
    """A transaction, as far as it moves the coin of its chain. sender, recipient: checksummed;
    recipient is None where it makes a contract. value: in wei."""

    hash: str
    sender: str
    recipient: str | None
    value: int
    nonce: int


def maybe(read: Callable[[Mapping[str, Any]], _T], told: Any) -> _T | None:
    """None when the node knows of none."""
    return None if told is None else read(mapping(told))


def block(told: Any) -> Block:
    """A block, without its transactions."""
    header = mapping(told)
    return Block(
        number=quantity(header.get("number")),
        hash=_text(header.get("hash"), _HASH),
        parent_hash=_text(header.get("parentHash"), _HASH),
        timestamp=quantity(header.get("timestamp")),
    )


def receipt(told: Mapping[str, Any]) -> Receipt:
    """A receipt."""
    status = _text(told.get("status"), _QUANTITY)
    if status not in ("0x0", "0x1"):
        raise NodeUnknown("a status that is neither success nor failure")
    gas_used = quantity(told.get("gasUsed"))
    parent_fee = quantity(told.get("l1Fee") or "0x0")
    return Receipt(
        transaction_hash=_text(told.get("transactionHash"), _HASH),
        block_number=quantity(told.get("blockNumber")),
        block_hash=_text(told.get("blockHash"), _HASH),
        succeeded=status == "0x1",
        gas_used=gas_used,
        cost=gas_used * quantity(told.get("effectiveGasPrice")) + parent_fee,
        logs=tuple(mapping(each) for each in items(told, "logs")),
    )


def coin_transfer(told: Any) -> CoinTransfer:
    """A transaction of a block that was asked for with all of them."""
    fields = mapping(told)
    to = fields.get("to")
    return CoinTransfer(
        hash=_text(fields.get("hash"), _HASH),
        sender=_address(fields.get("from")),
        recipient=None if to is None else _address(to),
        value=quantity(fields.get("value")),
        nonce=quantity(fields.get("nonce")),
    )


def mapping(told: Any) -> Mapping[str, Any]:
    """An object."""
    if not isinstance(told, dict):
        raise NodeUnknown("the answer is no object")
    return told


def items(told: Mapping[str, Any], name: str) -> list[Any]:
    """A list in an object."""
    value = told.get(name)
    if not isinstance(value, list):
        raise NodeUnknown(f"{name} is no list")
    return value


def data(value: Any) -> bytes:
    """Bytes of any length."""
    return bytes.fromhex(_text(value, _DATA)[2:])


def number(word: bytes) -> int:
    """What a contract answers that tells one number."""
    if len(word) != 32:
        raise NodeUnknown("a balance that is no number")
    return int.from_bytes(word, "big")


def quantity(value: Any) -> int:
    """A whole number, in hexadecimal on the wire."""
    return int(_text(value, _QUANTITY), 16)


def _address(value: Any) -> str:
    return checksum(bytes.fromhex(_text(value, _ADDRESS)[2:]))


def _text(value: Any, pattern: re.Pattern[str]) -> str:
    if not (isinstance(value, str) and pattern.fullmatch(value)):
        raise NodeUnknown("a field of the answer is not what it should be")
    return value
