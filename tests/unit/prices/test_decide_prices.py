"""Which quotes make the index: medians, outliers, jumps, stale and nonsensical sources."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.prices.price_rules import Decided, Pair, Quote, decide

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PAIR = Pair(
    cryptocurrency="BTC",
    fiat_currency="USD",
    symbol="BTC",
    coingecko_id="bitcoin",
    stale_after=timedelta(minutes=10),
    max_deviation_bps=300,
    max_jump_bps=2000,
    min_sources=2,
    index=None,
)


def made(*prices: str, pair: Pair = PAIR, age: int = 0) -> Decided:
    as_of = NOW - timedelta(seconds=age)
    quotes = [Quote(f"source{n}", Decimal(price), as_of) for n, price in enumerate(prices)]
    return decide(pair, quotes, NOW)


def test_the_index_is_the_median_and_as_old_as_its_oldest_source() -> None:
    quotes = [
        Quote("a", Decimal(100), NOW),
        Quote("b", Decimal(101), NOW - timedelta(minutes=2)),
        Quote("c", Decimal(102), NOW),
    ]
    decided = decide(PAIR, quotes, NOW)
    assert decided.index is not None
    assert decided.index.price == 101
    assert decided.index.as_of == NOW - timedelta(minutes=2)
    assert decided.outcomes == ("used",) * 3


def test_a_source_that_lies_is_left_out() -> None:
    decided = made("100", "1000", "101")
    assert decided.index is not None
    assert decided.index.price == Decimal("100.5")
    assert decided.outcomes == ("used", "outlier", "used")


def test_a_halted_source_is_kept_and_counts_for_nothing() -> None:
    quotes = [Quote("a", Decimal(1), NOW), Quote("b", Decimal(1), NOW), Quote("c", Decimal(9), NOW)]
    decided = decide(PAIR, quotes, NOW, {"c"})
    assert decided.index is not None
    assert decided.outcomes == ("used", "used", "halted")
    alone = decide(PAIR, quotes, NOW, {"a", "c"})
    assert (alone.index, alone.outcomes) == (None, ("too_few", "halted", "halted"))
    assert decide(PAIR, quotes, NOW, {"a", "b", "c"}).outcomes == ("halted",) * 3


@pytest.mark.parametrize("prices", [("100",), ("100", "1000"), ("100", "107")])
def test_too_few_that_agree_renew_nothing(prices: tuple[str, ...]) -> None:
    decided = made(*prices)
    assert decided.index is None
    assert "used" not in decided.outcomes


def test_a_jump_renews_nothing_unless_there_is_no_index() -> None:
    decided = made("121", "121", pair=replace(PAIR, index=Decimal(100)))
    assert (decided.index, decided.outcomes) == (None, ("jump", "jump"))
    assert made("120", "120", pair=replace(PAIR, index=Decimal(100))).index is not None
    assert made("121", "121").index is not None


@pytest.mark.parametrize("age", [600, 3600, -61])
def test_stale_prices_and_those_of_the_future_count_for_nothing(age: int) -> None:
    assert made("100", "100", age=age) == Decided(PAIR, (), (), None)
    assert made("100", "100", age=599).index is not None


@pytest.mark.parametrize("price", ["0", "-1", "NaN", "Infinity", "1e-15", "1e15", "1e400"])
def test_what_is_no_price_counts_for_nothing(price: str) -> None:
    assert made(price, price) == Decided(PAIR, (), (), None)


@given(st.lists(st.integers(1, 10**28), min_size=1, max_size=6), st.integers(1, 10_000))
def test_an_index_is_within_reach_of_all_it_is_made_of(units: list[int], bps: int) -> None:
    pair = replace(PAIR, max_deviation_bps=bps)
    decided = made(*(format(Decimal(each).scaleb(-14), "f") for each in units), pair=pair)
    used = [
        Fraction(quote.price)
        for quote, outcome in zip(decided.quotes, decided.outcomes, strict=True)
        if outcome == "used"
    ]
    if decided.index is None:
        assert not used
    else:
        index = Fraction(decided.index.price)
        assert len(used) >= 2
        assert min(used) <= index <= max(used)
        assert all(abs(price - index) * 10_000 <= index * bps for price in used)
        # Exact in 18 decimals at any margin.
        assert (index * 10**14).denominator == 1
