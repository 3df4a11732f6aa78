"""Bids for gas: what is usual, never above the ceiling, replacements an eighth higher."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.rail_evm.fees import (
    Caps,
    FeeHistory,
    FeeTooHigh,
    Limits,
    caps,
    replacement,
)

LIMITS = Limits(ceiling=1000, least_tip=3)


def _history(base: int, tips: list[int] | None = None) -> FeeHistory:
    return FeeHistory(1, [base // 2, base], tips or [])


@pytest.mark.parametrize(
    ("base", "tips", "expected"),
    [
        (100, [5, 50, 7], Caps(207, 7)),
        (100, [], Caps(203, 3)),
        (100, [0, 0, 1], Caps(203, 3)),
        (600, [5], Caps(1000, 5)),
        (997, [], Caps(1000, 3)),
    ],
)
def test_a_first_bid(base: int, tips: list[int], expected: Caps) -> None:
    assert caps(_history(base, tips), LIMITS) == expected


@pytest.mark.parametrize(("base", "tips"), [(998, []), (1, [1000]), (5000, [])])
def test_too_high_is_waited_out(base: int, tips: list[int]) -> None:
    with pytest.raises(FeeTooHigh):
        caps(_history(base, tips), LIMITS)


def test_a_replacement_is_an_eighth_more_rounded_up() -> None:
    assert replacement(Caps(207, 7), _history(100, [7]), LIMITS) == Caps(233, 8)
    assert replacement(Caps(208, 16), _history(1), LIMITS) == Caps(234, 18)


def test_a_replacement_follows_the_market() -> None:
    assert replacement(Caps(207, 7), _history(300, [40]), LIMITS) == Caps(640, 40)


def test_a_replacement_above_the_ceiling_waits() -> None:
    with pytest.raises(FeeTooHigh):
        replacement(Caps(900, 7), _history(100), LIMITS)


@given(
    st.integers(0, 10**12),
    st.lists(st.integers(0, 10**12)),
    st.integers(0, 10**12),
    st.integers(0, 10**12),
)
def test_what_nodes_want_holds_for_every_bid(
    base: int, tips: list[int], max_fee: int, tip: int
) -> None:
    limits = Limits(ceiling=10**13, least_tip=1)
    previous = Caps(max_fee + tip, tip)
    for bid in (caps(_history(base, tips), limits), replacement(previous, _history(base), limits)):
        assert 0 < bid.max_priority_fee <= bid.max_fee <= limits.ceiling
    assert bid.max_fee * 8 >= previous.max_fee * 9
    assert bid.max_priority_fee * 8 >= previous.max_priority_fee * 9
    assert bid.max_priority_fee > previous.max_priority_fee
