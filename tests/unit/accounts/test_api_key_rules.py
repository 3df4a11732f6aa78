"""The form of API keys, and of the addresses that they come from."""

import re

import pytest

from functions.accounts.api_key_rules import Secret, read_key
from functions.accounts.token_rules import address_of, claims_for


@pytest.mark.parametrize("chance", [bytes(32), b"\xff" * 32, bytes(range(32))])
def test_a_key_is_read_as_it_was_made(chance: bytes) -> None:
    secret = Secret.make(chance)
    key = secret.key("0123456789")
    assert re.fullmatch(r"hf_live_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}", key)
    assert read_key(key) == ("0123456789", secret)
    assert key.endswith(secret.last4)
    assert secret.text not in repr(secret)


def test_another_letter_anywhere_is_no_key() -> None:
    key = Secret.make(bytes(range(32))).key("0123456789")
    begin = key.rindex("_") + 1
    for place in range(begin, len(key)):
        other = "0" if key[place] != "0" else "1"
        assert read_key(key[:place] + other + key[place + 1 :]) is None, place
    for odd in ("", "hf_live_", key + "0", key[1:], key.replace("live", "test"), key + "\n"):
        assert read_key(odd) is None, odd


def test_no_two_are_alike() -> None:
    assert len({Secret.make(number.to_bytes(32)).hash for number in range(100)}) == 100


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("203.0.113.7", "203.0.113.7"), ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:DB8::1", "2001:db8::1"),
    ],
)  # fmt: skip
def test_an_address_has_one_form(source: str, address: str) -> None:
    assert address_of(source) == address


def test_claims_say_nothing_of_what_a_key_may() -> None:
    claims = claims_for("key", "token", 1000.9)
    assert (claims["iat"], claims["exp"]) == (1000, 1300)
    assert "scopes" not in claims
