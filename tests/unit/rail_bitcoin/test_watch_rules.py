"""What the chain says of a deposit, by where its block is."""

import pytest

from functions.rail_bitcoin.watch import verdict

HERE, ELSEWHERE = "aa" * 32, "bb" * 32


@pytest.mark.parametrize(
    ("state", "hash_", "depth", "event"),
    [
        ("seen", None, 0, None),
        ("seen", HERE, 2, None),
        ("seen", HERE, 3, "credit"),
        ("seen", ELSEWHERE, 1, "drop"),
        ("credited", None, 0, None),
        ("credited", HERE, 99, None),
        ("credited", HERE, 100, "settle"),
        ("credited", ELSEWHERE, 5, None),
        ("credited", ELSEWHERE, 6, "lose"),
        ("quarantined", ELSEWHERE, 6, "lose"),
        ("quarantined", HERE, 100, "settle"),
    ],
)
def test_the_verdict(state: str, hash_: str | None, depth: int, event: str | None) -> None:
    deposit = {"state": state, "block_hash": HERE, "block_number": 10, "block_tag": "3"}
    assert verdict(deposit, hash_, 10 + depth - 1) == event
