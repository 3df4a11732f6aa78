"""Extended keys: the test vectors of BIP-32, from the seed and from each public key."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.extended_key import MAX_INDEX, ExtendedKey
from stack.stand_ins.chain.seed import root

VECTORS = json.loads(Path(__file__).with_name("bip32_vectors.json").read_text())
ROOTS = {each["seed"]: each["root"] for each in VECTORS["valid"]}
BELOW = {each["seed"]: each["below"] for each in VECTORS["valid"]}
STEPS = [(seed, path) for seed, below in BELOW.items() for path in below]


@pytest.mark.parametrize(("seed", "path"), STEPS)
def test_the_owner_of_the_seed_derives_every_key(seed: str, path: str) -> None:
    derived = root(bytes.fromhex(seed)).at(path)

    assert ExtendedKey.parse(derived.xpub()) == ExtendedKey.parse(BELOW[seed][path])


@pytest.mark.parametrize("seed", ROOTS)
def test_a_root_is_written_as_in_the_vectors(seed: str) -> None:
    assert root(bytes.fromhex(seed)).xpub() == ROOTS[seed]


@pytest.mark.parametrize(("seed", "path"), [(s, p) for s, p in STEPS if not p.endswith("'")])
def test_a_public_key_derives_its_children(seed: str, path: str) -> None:
    above, _, index = path.rpartition("/")
    parent = ExtendedKey.parse(BELOW[seed][above] if above else ROOTS[seed])

    assert parent.child(int(index)) == ExtendedKey.parse(BELOW[seed][path])


@given(seed=st.binary(min_size=16, max_size=64), index=st.integers(0, MAX_INDEX))
def test_both_ways_lead_to_the_same_key(seed: bytes, index: int) -> None:
    account = root(seed).at("44'/60'/0'")

    public = ExtendedKey.parse(account.xpub()).child(index)
    assert public == ExtendedKey.parse(account.at(str(index)).xpub())


@pytest.mark.parametrize("reason", VECTORS["invalid"])
def test_an_invalid_key_is_refused(reason: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        ExtendedKey.parse(VECTORS["invalid"][reason])


@pytest.mark.parametrize(
    "text", ["", "xpub", "x" * 111, "é" * 111, "1" * 111, "z" * 111, "z" * 10**4]
)
def test_a_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        ExtendedKey.parse(text)


@pytest.mark.parametrize("index", [-1, MAX_INDEX + 1])
def test_a_public_key_has_no_hardened_children(index: int) -> None:
    parent = ExtendedKey.parse(root(bytes(16)).xpub())

    with pytest.raises(ValueError, match="an index is"):
        parent.child(index)
