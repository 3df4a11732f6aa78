"""Addresses of escrows: those of the known phrase, from its public key alone."""

import pytest

from functions.rail_evm.address_forms import Tron
from shared.deposit_addresses import deposit_address
from shared.extended_key import MAX_INDEX
from shared.settings import SettingsError
from stack.stand_ins.chain.accounts import account, deposits_xpub
from stack.stand_ins.chain.seed import root

ROOT = root(bytes(range(32)))
# Of BIP-32's first test vector.
XPRV = (
    "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGt"
    "RBeJgk33yuGBxrMPHi"
)
# As every wallet shows them for this phrase.
KNOWN = [
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
]


@pytest.mark.parametrize(("index", "address"), list(enumerate(KNOWN)))
def test_known_addresses(index: int, address: str) -> None:
    assert deposit_address("evm", deposits_xpub(), index) == address


@pytest.mark.parametrize("index", [4, 1000, MAX_INDEX])
def test_the_treasury_has_the_key_of_each(index: int) -> None:
    assert deposit_address("evm", deposits_xpub(), index) == account(0, index).address


@pytest.mark.parametrize("index", [-1, MAX_INDEX + 1])
def test_an_index_that_needs_the_private_key(index: int) -> None:
    with pytest.raises(ValueError, match="an index is"):
        deposit_address("evm", deposits_xpub(), index)


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("", "no extended public key"),
        ("xpub", "broken"),
        (deposits_xpub()[:-1] + "1", "broken"),
        (ROOT.xpub(), "not of an account"),
        (ROOT.at("44'/60'/0'/0").xpub(), "not of an account"),
        (XPRV, "no extended public key"),
    ],
)
def test_another_key_is_refused_and_not_repeated(key: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason) as refused:
        deposit_address("evm", key, 0)

    assert len(key) < 5 or key not in str(refused.value)


def test_an_address_of_tron_is_what_its_own_wallets_say() -> None:
    """As tronweb derives it from the same phrase."""
    address = deposit_address("tron", deposits_xpub(coin=195), 0)
    assert address == "TWer2Ygk5TEheHp3TPuYeqxmB6SsGZmaL6"
    assert Tron().theirs(Tron().ours(address)) == address


@pytest.mark.parametrize(
    "text",
    ["", "T", "TWer2Ygk5TEheHp3TPuYeqxmB6SsGZmaL7", "TWer2Ygk5TEheHp3TPuYeqxmB6SsGZma",
     "0x" + "1" * 40, "T" * 34, "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "T" * 10_000],
)  # fmt: skip
def test_what_is_no_address_of_tron(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever is wrong with it
        Tron().ours(text)
