"""A market day of thousands of trades over HTTP; see tests.exchange.market_day."""

from dataclasses import dataclass

from tests.exchange import end_checks
from tests.exchange.client import Tally
from tests.exchange.market_day import MarketDay
from tests.soak.progress import Progress


@dataclass(frozen=True)
class Day:
    """What was answered, and how many days of silence ended the last trade."""

    tally: Tally
    trades: int
    silent_days: int


def run(trades: int, seed: int) -> Day:
    """One day of about so many trades. Raises AssertionError when anything is wrong after it."""
    progress = Progress("market", trades, "trades")
    with MarketDay.on_a_stack(trades, seed) as day:
        day.open()
        day.run(progress.show)
        progress.end()
        end_checks.limits_are_what_was_traded(day)
        silent_days = day.close()
        end_checks.check(day)
        return Day(day.tally(), day.trades(), silent_days)
