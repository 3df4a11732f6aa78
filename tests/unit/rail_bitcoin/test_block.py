"""Blocks as bytes: the first one of Bitcoin, and what is none."""

import pytest

from functions.rail_bitcoin.block import BadBlock, parse_block, parse_transaction
from functions.rail_bitcoin.rpc import NodeUnknown

NAME = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"
HEADER = (
    "01000000" + "00" * 32 + "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a"
    "29ab5f49ffff001d1dac2b7c"
)
COINBASE = (
    "01000000" "01" + "00" * 32 + "ffffffff" "4d"
    "04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e20"
    "6272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73" "ffffffff" "01"
    "00f2052a01000000" "43"
    "4104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f355"
    "04e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac" "00000000"
)  # fmt: skip
BLOCK = bytes.fromhex(HEADER + "01" + COINBASE)


def test_the_first_block() -> None:
    block = parse_block(BLOCK, NAME)
    assert (block.hash, block.previous) == (NAME, "00" * 32)
    (coinbase,) = block.transactions
    assert coinbase.txid == "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"
    assert str(coinbase.outputs[0].amount) == "50.00000000"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        BLOCK[:79],
        BLOCK[:-1],
        # Another header, amount, or script.
        b"\x02" + BLOCK[1:],
        BLOCK.replace(bytes.fromhex("00f2052a01000000"), bytes.fromhex("00f2052a02000000")),
        BLOCK[:-6] + b"\xad" + BLOCK[-5:],
        # A count of more than there can be; the same transaction twice.
        bytes.fromhex(HEADER) + b"\xff" * 9 + bytes.fromhex(COINBASE),
        bytes.fromhex(HEADER + "02" + COINBASE + COINBASE),
        bytes.fromhex(HEADER) + b"\x00",
    ],
)
def test_other_bytes_are_not_believed(raw: bytes) -> None:
    with pytest.raises(BadBlock):
        parse_block(raw, NAME)


@pytest.mark.parametrize("count", range(len(bytes.fromhex(COINBASE))))
def test_a_transaction_that_is_cut_off_is_none(count: int) -> None:
    with pytest.raises(NodeUnknown):
        parse_transaction(bytes.fromhex(COINBASE)[:count])
