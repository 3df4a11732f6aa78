"""Addresses of Bitcoin and Litecoin: the examples of BIP-173 and BIP-350, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.addresses import parse_destination
from shared.coin_address import (
    BITCOIN,
    LITECOIN,
    Coin,
    address_of_script,
    parse_address,
    segwit_address,
    segwit_program,
)
from shared.errors import Invalid

SCRIPTS = {
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4": "0014751e76e8199196d454941c45d1b3a323f1433bd6",
    "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3":
        "00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0":
        "512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa": "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac",
    "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy": "a914b472a266d0bd89c13706a4132ccfb16f7c3b9fcb87",
}  # fmt: skip
WITNESS = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


@pytest.mark.parametrize(("address", "script"), SCRIPTS.items())
def test_a_script_is_paid_at_one_address(address: str, script: str) -> None:
    assert address_of_script(BITCOIN, bytes.fromhex(script)) == address
    assert parse_address(BITCOIN, address) == address
    assert parse_destination(address) == address


def test_capitals_of_a_witness_address_say_nothing() -> None:
    assert parse_address(BITCOIN, WITNESS.upper()) == WITNESS
    assert parse_destination(WITNESS.upper()) == WITNESS


@pytest.mark.parametrize("script", ["", "6a04deadbeef", "00", "0013" + "00" * 19, "ac" * 35])
def test_a_script_without_an_address(script: str) -> None:
    assert address_of_script(BITCOIN, bytes.fromhex(script)) == ""


@pytest.mark.parametrize(
    ("coin", "text"),
    [
        (BITCOIN, ""),
        (BITCOIN, WITNESS[:-1] + "5"),
        (BITCOIN, WITNESS.replace("q", "Q", 1)),
        (BITCOIN, WITNESS + "\n"),
        (BITCOIN, "bc1" + "q" * 200),
        # Version 1 with the checksum of version 0, and the other way round (BIP-350).
        (BITCOIN, "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd"),
        (BITCOIN, "bc1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47"),
        (BITCOIN, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"),
        (BITCOIN, "1" * 34),
        (BITCOIN, "z" * 10**5),
        (LITECOIN, WITNESS),
        (BITCOIN, "bcrt1q6rz28mcfaxtmd6v789l9rrlrusdprr9pz3cppk"),
        # Litecoin wrote so once: it may be Bitcoin's, and is then lost.
        (LITECOIN, "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"),
    ],
)
def test_what_is_no_address(coin: Coin, text: str) -> None:
    with pytest.raises(Invalid, match="bad_address"):
        parse_address(coin, text)


@given(st.integers(0, 16), st.binary(min_size=2, max_size=40), st.integers(0, 88), st.data())
def test_one_letter_that_is_another_is_noticed(
    version: int, program: bytes, place: int, data: st.DataObject
) -> None:
    if version == 0:
        program = (program * 16)[:20]
    text = segwit_address("ltc", version, program)
    assert segwit_program("ltc", text) == (version, program)
    place %= len(text)
    letter = data.draw(st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7l"))
    changed = text[:place] + letter + text[place + 1 :]
    if changed == text:
        return
    with pytest.raises(ValueError, match=r"."):
        segwit_program("ltc", changed)


def test_what_is_of_another_kind_is_left_to_its_rail() -> None:
    assert parse_destination("acct_123") == "acct_123"
    with pytest.raises(Invalid, match="bad_address"):
        parse_destination("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb")
