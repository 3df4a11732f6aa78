"""Recursive length prefix: how Ethereum writes nested lists of bytes."""

from collections.abc import Sequence
from typing import TypeAlias

Item: TypeAlias = "bytes | int | Sequence[Item]"


def encode(item: Item) -> bytes:
    """The bytes of an item; whole numbers without leading zeros, zero as nothing.

    Raises ValueError for a negative number.
    """
    if isinstance(item, int):
        if item < 0:
            raise ValueError("RLP knows no negative numbers")
        item = item.to_bytes((item.bit_length() + 7) // 8, "big")
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < 0x80:
            return item
        return _headed(0x80, item)
    return _headed(0xC0, b"".join(encode(each) for each in item))


def _headed(base: int, content: bytes) -> bytes:
    if len(content) <= 55:
        return bytes([base + len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([base + 55 + len(length)]) + length + content
