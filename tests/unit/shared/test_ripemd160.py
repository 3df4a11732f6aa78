"""RIPEMD-160 of our own: the examples of its authors."""

import pytest

from shared.ripemd160 import ripemd160

EXAMPLES = {
    "": "9c1185a5c5e9fc54612808977ee8f548b2258d31",
    "a": "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe",
    "abc": "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc",
    "message digest": "5d0689ef49d2fae572b881b123a85ffa21595f36",
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq":
        "12a053384a9c0c88e405a06c27dcf49ada62eb2b",
    "1234567890" * 8: "9b752e45573d4b39f4dbd3323cab82bf63326bfb",
}  # fmt: skip


@pytest.mark.parametrize(("text", "digest"), EXAMPLES.items())
def test_the_examples_of_its_authors(text: str, digest: str) -> None:
    assert ripemd160(text.encode()).hex() == digest
