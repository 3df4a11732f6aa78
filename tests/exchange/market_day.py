"""A whole day of the market: a dozen traders, three arbiters and an operator over HTTP."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import httpx

from tests.exchange.traders import Arbiter, Client, Operator, Tally, Trader
from tests.stack.people import AGNES, ANTON, ARTHUR, OLGA
from tests.stack.stack import Stack

TRADERS = 12
# How often everybody looks at the market, and the timers run, in a day.
ROUNDS = 72
DEPOSIT = "2000"
_AT_ONCE = 4
# From the last look on everybody is silent: longer than any chain of deadlines.
_SILENT_DAYS = 120


class MarketDay:
    """One day on a stack whose clock moves. trades: how many are opened, about."""

    def __init__(self, stack: Stack, http: httpx.Client, trades: int, seed: int) -> None:
        self.stack = stack
        self._takes = trades / (ROUNDS * TRADERS) * 1.15  # some takes come too late
        self.traders = [
            Trader(stack, http, f"trader {number}", stack.create_user(), seed)
            for number in range(TRADERS)
        ]
        self.arbiters = [
            Arbiter(stack, http, person.name, person.id, seed) for person in (ARTHUR, AGNES, ANTON)
        ]
        self.operator = Operator(stack, http, OLGA.name, OLGA.id, seed)

    def open(self) -> None:
        """Everybody brings money and a few orders."""
        for trader in self.traders:
            self.operator.deposit(trader, DEPOSIT)
        self._together([trader.publish for trader in self.traders for _ in range(3)])

    def run(self, seen: Callable[[int], None] = lambda _: None) -> None:
        """The day, round by round. seen: told the number of trades after each."""
        for _ in range(ROUNDS):
            self._together([partial(each.turn, self._takes) for each in self.traders])
            self._together([*(each.turn for each in self.arbiters), self.operator.turn])
            self.pass_time(timedelta(days=1) / ROUNDS)
            seen(self.tally().done("take"))

    def close(self) -> int:
        """Everybody goes silent and time goes on; the days until nothing was left to end."""
        self.operator.let_go()
        for day in range(_SILENT_DAYS):
            if not self.unfinished():
                return day
            self.pass_time(timedelta(days=1))
        return _SILENT_DAYS

    def pass_time(self, amount: timedelta) -> None:
        """Let the clock go on and every timer have its turn."""
        self.stack.clock.advance(seconds=amount.total_seconds())
        swept = self.stack.tick("EscrowExpireFunction")
        assert not swept["failed"], swept
        self.stack.settle()

    def unfinished(self) -> int:
        """Rows that still wait for somebody or something."""
        with self.stack.connect() as connection:
            row = connection.execute(_UNFINISHED).fetchone()
        assert row is not None
        return int(row[0])

    def people(self) -> Iterable[Client]:
        return (*self.traders, *self.arbiters, self.operator)

    def tally(self) -> Tally:
        """Every answer that anybody got."""
        total = Tally()
        for each in self.people():
            total.merge(each.tally)
        return total

    @staticmethod
    def _together(turns: list[Callable[[], Any]]) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for done in [pool.submit(turn) for turn in turns]:
                done.result()


_UNFINISHED = """
select
    (select count(*) from public.escrow_transactions where completed_at is null)
    + (select count(*) from public.p2p_orders where status in ('draft', 'active', 'paused'))
    + (select count(*) from public.disputes where status = 'pending')
    + (select count(*) from public.escrow_cases where state = 'review')
"""
