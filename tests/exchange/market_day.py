"""A whole day of the market: a dozen traders, three arbiters and an operator over HTTP."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import httpx

from stack.payment_accounts import let_be_paid
from stack.people import AGNES, ANTON, ARTHUR, OLGA
from stack.stack import Stack
from stack.stand_ins.price_source import PriceSource
from stack.stand_ins.webhook_receiver import WebhookReceiver
from tests.exchange import side_actions
from tests.exchange.client import Client, Tally
from tests.exchange.listeners import Listener
from tests.exchange.staff import Arbiter, Operator
from tests.exchange.traders import METHODS, Trader
from tests.world.lone_operators import let_operators_act_alone

TRADERS = 12
# So many of them have a tier with limits, and so many an endpoint for their events.
LIMITED = 4
LISTENERS = 3
# How often everybody looks at the market, and the timers run, in a day.
ROUNDS = 48
DEPOSIT = "2000"
_AT_ONCE = 4
# From the last look on everybody is silent: longer than any chain of deadlines.
_SILENT_DAYS = 120


class MarketDay:
    """One day on a stack whose clock moves. trades: how many are opened, about."""

    def __init__(
        self,
        stack: Stack,
        http: httpx.Client,
        prices: PriceSource,
        receiver: WebhookReceiver,
        trades: int,
        seed: int,
    ) -> None:
        self.stack = stack
        self.prices = prices
        self._takes = trades / (ROUNDS * TRADERS) * 1.15  # some takes come too late
        self.traders = [
            Trader(stack, http, f"trader {n}", stack.create_user(limited=n < LIMITED), seed)
            for n in range(TRADERS)
        ]
        with stack.connect() as connection:
            for trader in self.traders:
                let_be_paid(connection, UUID(trader.id), METHODS)
        self.arbiters = [
            Arbiter(stack, http, person.name, person.id, seed) for person in (ARTHUR, AGNES, ANTON)
        ]
        self.operator = Operator(stack, http, OLGA.name, OLGA.id, seed)
        self.listeners = [Listener(receiver, trader) for trader in self.traders[-LISTENERS:]]

    @classmethod
    @contextmanager
    def on_a_stack(cls, trades: int, seed: int) -> Iterator["MarketDay"]:
        """A day on a stack of its own, with sources of prices and receivers of events."""
        with (
            Stack.start(shared=True) as stack,
            httpx.Client(base_url=stack.url, timeout=60) as http,
            PriceSource(clock=stack.clock.now) as prices,
            WebhookReceiver() as receiver,
        ):
            let_operators_act_alone(stack.cluster)
            stack.configure(**prices.variables())
            yield cls(stack, http, prices, receiver, trades, seed)

    def open(self) -> None:
        """Everybody brings money and a few orders; two cannot stand each other."""
        self._tell_prices()
        for trader in self.traders:
            self.operator.deposit(trader, DEPOSIT)
        for trader in self.traders[:LIMITED]:
            self.operator.verify(trader)
        side_actions.block(self.traders[0], self.traders[1])
        self._together([trader.publish for trader in self.traders for _ in range(3)])

    def run(self, seen: Callable[[int], None] = lambda _: None) -> None:
        """The day, round by round. seen: told the number of trades after each."""
        for _ in range(ROUNDS):
            self._together([partial(each.turn, self._takes) for each in self.traders])
            self._together([*(each.turn for each in self.arbiters), self.operator.turn])
            self.pass_time(timedelta(days=1) / ROUNDS)
            self._tell_prices()
            seen(self.trades())

    def close(self) -> int:
        """Everybody goes silent and time goes on; the days until nothing was left to end."""
        self.operator.lift_holds()
        days = 0
        while days < _SILENT_DAYS and self.unfinished():
            self.pass_time(timedelta(days=1))
            days += 1
        while self.stack.tick("ReputationRefreshFunction")["refreshed"]:
            continue
        return days

    def pass_time(self, amount: timedelta) -> None:
        """Let the clock go on and every timer have its turn."""
        self.stack.clock.advance(seconds=amount.total_seconds())
        swept = self.stack.tick("EscrowExpireFunction")
        assert not swept["failed"], swept
        self.stack.tick("RelayFunction")
        self.stack.settle()

    def _tell_prices(self) -> None:
        """The market goes its way, and both sources tell it."""
        price = 50_000 + self.operator.rng.randint(-500, 500)
        self.prices.set("BTC", "USD", str(price))
        assert self.stack.tick("PricesFunction")["indexes"] == 1

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

    def trades(self) -> int:
        """How many were opened."""
        tally = self.tally()
        return tally.done("take") + tally.done("take margin")

    @staticmethod
    def _together(turns: list[Callable[[], Any]]) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for done in [pool.submit(turn) for turn in turns]:
                done.result()


_UNFINISHED = """
select
    (select count(*) from private.escrow_transactions where completed_at is null)
    + (select count(*) from public.p2p_orders where status in ('draft', 'active', 'paused'))
    + (select count(*) from public.disputes where status = 'pending')
    + (select count(*) from public.escrow_cases where state = 'review')
    + (select count(*) from public.webhook_deliveries where status = 'pending')
"""
