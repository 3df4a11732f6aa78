"""A dozen traders run a whole market day through their clients; afterwards everything adds up.

`make soak` runs the same with thousands of trades.
"""

from collections.abc import Iterator

import httpx
import pytest

from tests.exchange import aftermath
from tests.exchange.market_day import MarketDay
from tests.stack.stack import Stack

TRADES = 240


@pytest.fixture(scope="module")
def day() -> Iterator[MarketDay]:
    with (
        Stack.start() as stack,
        httpx.Client(base_url=stack.url, timeout=60) as http,
    ):
        yield MarketDay(stack, http, TRADES, seed=1)


@pytest.mark.timeout(600)
def test_a_market_day_ends_with_whole_books_and_no_row_stuck(day: MarketDay) -> None:
    day.open()
    day.run()
    aftermath.no_row_lacks_a_deadline(day.stack)
    day.close()

    tally = day.tally()
    # It was a whole market, not a row of refusals.
    for word, least in LEAST.items():
        assert tally.done(word) >= least, (word, tally.answers)
    aftermath.check(day)


LEAST = {
    "take": TRADES // 2, "mark-paid": TRADES // 3, "release": TRADES // 5, "dispute": 5,
    "statement": 5, "acknowledge": 3, "decide": 3, "cancel": 3, "concede": 3, "offer-split": 3,
    "accept-split": 1, "freeze": 1, "unfreeze": 1, "order cancel": 1,
}  # fmt: skip
