"""Keccak-256: known vectors, and SHA3-256 of the standard library through the same sponge."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.keccak import keccak_256, sponge

VECTORS = {
    b"": "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    b"abc": "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
    b"Transfer(address,address,uint256)": (
        "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    ),
    b"The quick brown fox jumps over the lazy dog": (
        "4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15"
    ),
}


@pytest.mark.parametrize("data", VECTORS)
def test_known_vectors(data: bytes) -> None:
    assert keccak_256(data).hex() == VECTORS[data]


@pytest.mark.parametrize("length", [0, 1, 135, 136, 137, 271, 272, 273, 1000])
def test_every_edge_of_a_block(length: int) -> None:
    data = bytes(number % 251 for number in range(length))

    assert sponge(data, 0x06) == hashlib.sha3_256(data).digest()


@given(st.binary(max_size=600))
def test_it_differs_from_sha3_only_in_its_padding(data: bytes) -> None:
    assert sponge(data, 0x06) == hashlib.sha3_256(data).digest()
