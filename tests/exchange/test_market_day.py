"""A dozen traders run a whole market day through their clients; afterwards everything adds up.

`make soak` runs the same with thousands of trades.
"""

from collections.abc import Iterator

import pytest

from tests.exchange import end_checks
from tests.exchange.market_day import MarketDay

TRADES = 180


@pytest.fixture(scope="module")
def day() -> Iterator[MarketDay]:
    with MarketDay.on_a_stack(TRADES, seed=1) as day:
        yield day


@pytest.mark.timeout(600)
def test_a_market_day_ends_with_whole_books_and_no_row_stuck(day: MarketDay) -> None:
    day.open()
    day.run()
    end_checks.no_row_lacks_a_deadline(day.stack)
    end_checks.limits_are_what_was_traded(day)
    day.close()

    tally = day.tally()
    # It was a whole market, not a row of refusals.
    for word, least in LEAST.items():
        assert tally.done(word) >= least, (word, tally.answers)
    end_checks.check(day)


LEAST = {
    "take": TRADES // 4, "take margin": TRADES // 8, "publish margin": 10, "mark-paid": TRADES // 3,
    "release": TRADES // 5, "dispute": 5, "statement": 5, "acknowledge": 3, "decide": 3,
    "cancel": 3, "concede": 3, "offer-split": 3, "accept-split": 1, "freeze": 1, "unfreeze": 1,
    "order cancel": 1, "message": 20, "rate": 10, "block": 1, "listen": 3, "evidence": 2,
}  # fmt: skip
