"""A market day of thousands of trades over HTTP; see tests.exchange.market_day."""

from dataclasses import dataclass

import httpx

from tests.exchange import aftermath
from tests.exchange.market_day import MarketDay
from tests.exchange.traders import Tally
from tests.soak.progress import Progress
from tests.stack.stack import Stack


@dataclass(frozen=True)
class Day:
    """What was answered, and how many days of silence ended the last trade."""

    tally: Tally
    silent_days: int


def run(trades: int, seed: int) -> Day:
    """One day of about so many trades. Raises AssertionError when anything is wrong after it."""
    progress = Progress("market", trades, "trades")
    with Stack.start() as stack, httpx.Client(base_url=stack.url, timeout=60) as http:
        day = MarketDay(stack, http, trades, seed)
        day.open()
        day.run(progress.show)
        progress.end()
        silent_days = day.close()
        aftermath.check(day)
        return Day(day.tally(), silent_days)
