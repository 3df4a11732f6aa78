"""Addresses of EVM chains: the checksum of EIP-55, and what is refused from outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Invalid
from shared.evm_address import address_of_key, checksum, parse_address

# The examples of EIP-55 itself.
CHECKSUMMED = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]


@pytest.mark.parametrize("address", CHECKSUMMED)
def test_checksum(address: str) -> None:
    assert checksum(bytes.fromhex(address[2:])) == address
    assert parse_address(address) == address
    assert parse_address(address.lower()) == address
    assert parse_address("0x" + address[2:].upper()) == address


@given(st.binary(min_size=20, max_size=20), st.integers(0, 39))
def test_one_letter_of_another_case_is_noticed(raw: bytes, place: int) -> None:
    address = checksum(raw)
    digit = address[2 + place]
    changed = address[: 2 + place] + digit.swapcase() + address[3 + place :]
    if digit.isdigit() or changed[2:] in (changed[2:].lower(), changed[2:].upper()):
        return

    with pytest.raises(Invalid, match="bad_address"):
        parse_address(changed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        "52908400098527886E0F7030069857D2E4169EE7",
        "0X52908400098527886E0F7030069857D2E4169EE7",
        "0x52908400098527886E0F7030069857D2E4169EE",
        "0x52908400098527886E0F7030069857D2E4169EE77",
        "0x52908400098527886E0F7030069857D2E4169EEg",
        " 0x52908400098527886E0F7030069857D2E4169EE7",
        "0x52908400098527886E0F7030069857D2E4169EE7\n",
        "0x" + "\u0661" * 40,
        "vitalik.eth",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_address(text)

    assert (refused.value.slug, refused.value.status) == ("bad_address", 422)


@pytest.mark.parametrize(
    "text",
    [
        "0x" + "0" * 40,
        "0x" + "0" * 39 + "9",
        "0x" + "0" * 37 + "100",
        "0x" + "0" * 36 + "dEaD",
        "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
        "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913",
    ],
)
def test_whom_nobody_pays(text: str) -> None:
    token = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"

    with pytest.raises(Invalid) as refused:
        parse_address(text, refused=[token])

    assert (refused.value.slug, refused.value.status) == ("bad_destination", 422)


@pytest.mark.parametrize("length", [0, 19, 21, 32])
def test_an_address_has_20_bytes(length: int) -> None:
    with pytest.raises(ValueError, match="20 bytes"):
        checksum(bytes(length))


def test_a_compressed_key_is_refused() -> None:
    with pytest.raises(ValueError, match="65 bytes"):
        address_of_key(b"\x02" + bytes(32))
