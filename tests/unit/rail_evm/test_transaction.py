"""RLP and transactions: vectors of others, exact amounts."""

from decimal import Decimal

import pytest
from coincurve import PrivateKey, PublicKey
from hypothesis import given
from hypothesis import strategies as st

from functions.rail_evm.rlp import encode
from functions.rail_evm.transaction import Transaction, transfer_data
from functions.rail_evm.units import from_units, to_units
from shared.evm_address import address_of_key

LOREM = b"Lorem ipsum dolor sit amet, consectetur adipisicing elit"
TO = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (b"dog", "83646f67"),
        ([b"cat", b"dog"], "c88363617483646f67"),
        (b"", "80"),
        ([], "c0"),
        (0, "80"),
        (b"\x00", "00"),
        (15, "0f"),
        (127, "7f"),
        (128, "8180"),
        (1024, "820400"),
        ([[], [[]], [[], [[]]]], "c7c0c1c0c3c0c1c0"),
        (LOREM, "b838" + LOREM.hex()),
        (LOREM[:55], "b7" + LOREM[:55].hex()),
        ([LOREM[:54]], "f7b6" + LOREM[:54].hex()),
        ([LOREM[:55]], "f838b7" + LOREM[:55].hex()),
        (bytes(300), "b9012c" + bytes(300).hex()),
    ],
)
def test_rlp(item: object, expected: str) -> None:
    assert encode(item).hex() == expected  # type: ignore[arg-type]


def test_rlp_knows_no_negative_numbers() -> None:
    with pytest.raises(ValueError, match="negative"):
        encode(-1)


def test_transfer_data() -> None:
    assert transfer_data(TO, Decimal("12.345678"), 6).hex() == (
        "a9059cbb"
        "00000000000000000000000070997970c51812dc3a010c7d01b50e0d17dc79c8"
        "0000000000000000000000000000000000000000000000000000000000bc614e"
    )


@given(st.integers(1, 10**26 - 1), st.integers(0, 18))
def test_units_there_and_back(units: int, decimals: int) -> None:
    if units >= 10 ** (20 + decimals):
        return
    assert to_units(from_units(units, decimals), decimals) == units


@pytest.mark.parametrize("amount", ["0", "-1", "0.0000001", "1.0000001", "1e20", "NaN", "Infinity"])
def test_amounts_that_cannot_be_sent(amount: str) -> None:
    with pytest.raises(ValueError, match=r"an amount to send|6 decimals"):
        transfer_data(TO, Decimal(amount), 6)


@pytest.mark.parametrize("units", [-1, 10**26, 2**256 - 1])
def test_amounts_no_book_holds(units: int) -> None:
    with pytest.raises(ValueError, match="20 digits"):
        from_units(units, 6)


@given(
    nonce=st.integers(0, 2**64 - 1), fee=st.integers(0, 2**64 - 1), secret=st.integers(1, 2**250)
)
def test_a_signature_names_its_signer(nonce: int, fee: int, secret: int) -> None:
    key = PrivateKey.from_int(secret)
    transaction = Transaction(8453, nonce, fee, fee, 100_000, TO, b"\x01")

    signed = transaction.sign(key)

    signature = key.sign_recoverable(transaction.digest(), hasher=None)
    signer = PublicKey.from_signature_and_message(signature, transaction.digest(), hasher=None)
    assert address_of_key(signer.format(False)) == address_of_key(key.public_key.format(False))
    assert signed == transaction.sign(key)
    assert signed.raw.endswith(encode(int.from_bytes(signature[32:64], "big")))
