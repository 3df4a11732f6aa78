"""Logs of transfers: exact amounts, and nothing that is not one."""

from decimal import Decimal
from typing import Any

import pytest

from functions.rail_evm.logs import (
    TRANSFER_TOPIC,
    BadLog,
    OddLog,
    readable,
    transfer_topics,
    transfers,
)  # fmt: skip
from shared.keccak import keccak_256

USDC = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"
TOKENS = {USDC: 6}
PAYER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
ESCROW = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def _word(address: str) -> str:
    return "0x" + address[2:].lower().rjust(64, "0")


def _log(**changed: Any) -> dict[str, Any]:
    log = {
        "address": USDC.lower(),
        "topics": [TRANSFER_TOPIC, _word(PAYER), _word(ESCROW)],
        "data": "0x" + f"{12_345_678:064x}",
        "blockNumber": "0x10",
        "blockHash": "0x" + "ab" * 32,
        "transactionHash": "0x" + "cd" * 32,
        "logIndex": "0x0",
        "removed": False,
    }
    return {name: value for name, value in (log | changed).items() if value is not None}


def test_the_topic() -> None:
    assert "0x" + keccak_256(b"Transfer(address,address,uint256)").hex() == TRANSFER_TOPIC


def test_a_transfer() -> None:
    (transfer,) = transfers([_log()], TOKENS)

    assert (transfer.token, transfer.sender, transfer.recipient) == (USDC, PAYER, ESCROW)
    assert transfer.amount == Decimal("12.345678")
    assert (transfer.block_number, transfer.log_index) == (16, 0)
    assert transfer.block_hash == "0x" + "ab" * 32
    assert transfer.transaction_hash == "0x" + "cd" * 32


@pytest.mark.parametrize("units", [1, 10**6, 10**26 - 1, 12_345_678_901_234_567_890_123_456])
def test_amounts_are_exact(units: int) -> None:
    (transfer,) = transfers([_log(data=f"0x{units:064x}")], TOKENS)

    assert int(transfer.amount * 10**6) == units


@pytest.mark.parametrize("changed", [{"removed": True}, {"data": "0x" + "0" * 64}])
def test_left_out(changed: dict[str, Any]) -> None:
    assert transfers([_log(**changed)], TOKENS) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"address": "0xd9aaec86b65d86f6a7b5b1b0c42ffa531710b6ca"},
        {"address": None},
        {"removed": "true"},
        {"blockNumber": None},
        {"blockNumber": 16},
        {"blockNumber": "0x"},
        {"blockHash": "0x12"},
        {"blockHash": None},
        {"transactionHash": None},
        {"logIndex": "-0x1"},
        {"logIndex": None},
    ],
)
def test_an_answer_that_is_none_to_our_question_stops_everything(changed: dict[str, Any]) -> None:
    with pytest.raises(BadLog) as bad:
        readable([_log(), _log(**changed)], TOKENS)
    assert not isinstance(bad.value, OddLog)
    with pytest.raises(BadLog):
        transfers([_log(), _log(**changed)], TOKENS)


@pytest.mark.parametrize(
    "changed",
    [
        {"topics": [TRANSFER_TOPIC, _word(PAYER)]},
        {"topics": [TRANSFER_TOPIC, _word(PAYER), _word(ESCROW), _word(ESCROW)]},
        {"topics": ["0x" + "00" * 32, _word(PAYER), _word(ESCROW)]},
        {"topics": [TRANSFER_TOPIC, _word(PAYER), "0x" + "1" * 64]},
        {"topics": [TRANSFER_TOPIC, _word(PAYER), ESCROW]},
        {"topics": None},
        {"data": "0x" + "0" * 63 + "1" + "0" * 64},
        {"data": "0x1"},
        {"data": None},
        {"data": "0x" + "f" * 64},
    ],
)
def test_an_odd_log_stands_alone(changed: dict[str, Any]) -> None:
    """Where it is, is known; those beside it are what they are. A proof allows for none."""
    good = _log(logIndex="0x1")
    found, odd = readable([_log(**changed), good], TOKENS)
    assert [each.log_index for each in found] == [1]
    assert [each.block_number for each in odd] == [16]
    with pytest.raises(OddLog):
        transfers([_log(**changed), good], TOKENS)


def test_the_filter_pads_and_lowers() -> None:
    assert transfer_topics([ESCROW]) == [TRANSFER_TOPIC, None, [_word(ESCROW)]]
