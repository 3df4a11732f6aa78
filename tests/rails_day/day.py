"""A day on both rails: one stack, Stripe and a chain beside it, and whoever works there."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx

from stack.lambdas import FunctionFailed
from stack.stack import Stack
from stack.stand_ins.chain import BRIDGED_USDC, Chain
from stack.stand_ins.chain.accounts import Account
from stack.stand_ins.chain.chain import Dropped
from stack.stand_ins.stripe import StripeStandIn
from tests.rails_day.faults import FaultInjector, FaultyStripe, faulty_node
from tests.rails_day.proxy import Proxy
from tests.world.http.cards import OWN, Ahead, Cards
from tests.world.http.chain import Scene
from tests.world.http.desk import Desk, Reply
from tests.world.lone_operators import let_operators_act_alone

BRIDGED_FLOAT = Decimal(50_000)


@dataclass
class Deal:
    """A contract of two people whom no other deal has. amounts: of its escrows, in order.

    put_in: what the buyer had on the chain, by token.
    """

    rail: str
    escrows: tuple[str, ...]
    amounts: tuple[Decimal, ...]
    buyer: UUID
    seller: UUID
    currency: str
    # At Stripe, or on the chain, every one that was ever theirs.
    accounts: list[str] = field(default_factory=list)
    buyer_account: Account | None = None
    addresses: list[str] = field(default_factory=list)
    put_in: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Part:
    """One escrow of a deal."""

    deal: Deal
    escrow: str
    amount: Decimal


@dataclass
class Day:
    """Everything of a day. Nothing happens by itself."""

    desk: Desk
    cards: Cards
    scene: Scene
    injector: FaultInjector
    deals: list[Deal] = field(default_factory=list)
    # What a reorganisation took, to come back or not.
    dropped: list[Dropped] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    # What an operator has added to the balance at Stripe, beside the books.
    filled_up: Decimal = OWN

    @classmethod
    @contextmanager
    def on_a_stack(cls) -> Iterator["Day"]:
        injector, clock = FaultInjector(), Ahead()
        with (
            Stack.start(shared=True) as stack,
            httpx.Client(base_url=stack.url, timeout=60) as http,
            Proxy(lambda: stack.postgrest.port, injector) as proxy,
            StripeStandIn(clock) as stripe,
        ):
            let_operators_act_alone(stack.cluster)
            desk = Desk(stack, http)
            stripe.faults = FaultyStripe(injector)
            cards = Cards(desk, stripe, clock, http)
            cards.prepare()
            with Scene.start(desk) as scene:
                stack.configure(HOLDFAST_POSTGREST_URL=proxy.url)
                scene.chain.node.choose(faulty_node(injector, scene.chain.anvil))
                scene.chain.mint(scene.chain.hot_wallet.address, str(BRIDGED_FLOAT), BRIDGED_USDC)
                scene.chain.mine(5)
                yield cls(desk, cards, scene, injector)

    @property
    def stack(self) -> Stack:
        return self.desk.stack

    @property
    def stripe(self) -> StripeStandIn:
        return self.cards.stripe

    @property
    def chain(self) -> Chain:
        return self.scene.chain

    def parts(self, rail: str | None = None) -> list[Part]:
        """The escrows of all deals (on one rail), oldest first."""
        return [
            Part(deal, escrow, amount)
            for deal in self.deals
            if rail in (None, deal.rail)
            for escrow, amount in zip(deal.escrows, deal.amounts, strict=True)
        ]

    def advance(self, **amount: float) -> None:
        """Every clock moves on: ours, Stripe's and the chain's."""
        moved = timedelta(**amount)
        self.stack.clock.advance(seconds=moved.total_seconds())
        self.cards.clock.offset += moved
        self.chain.advance(int(moved.total_seconds()))

    def fill_up(self) -> None:
        """The platform leaves more of its own money at Stripe, where it may lack some."""
        with self.stripe.world.lock:
            self.stripe.books.top_up(int(OWN * 100))
        self.filled_up += OWN

    def work(self, function: str, trouble: int = 0) -> Any:
        """A worker runs once; None when it died of an injected fault. Raises FunctionFailed when it
        failed without one."""
        with self.injector.of(trouble, lambda: self.stack.lambdas.kill(function)):
            try:
                return self.stack.tick(function)
            except FunctionFailed:
                if not trouble:
                    raise
                return None

    def ask(self, who: UUID, path: str, body: Any = None, trouble: int = 0) -> Reply:
        """A command, given again with the same key until it has an answer."""
        key = f"{path}:{sum(self.answers.values())}"[-200:]
        with self.injector.of(trouble, lambda: None):
            reply = self.desk.post(who, path, body, key=key)
        if reply.status >= 500:
            reply = self.desk.post(who, path, body, key=key)
        assert reply.status < 500, (path, reply.body)
        said = "done" if reply.status < 300 else reply.code
        self.answers[f"{path.rsplit('/', 1)[-1]} {said}"] += 1
        return reply

    def rows(self, sql: str, *given: Any) -> list[tuple[Any, ...]]:
        return self.scene.rows(sql, *given)

    def state(self, part: Part) -> str:
        found = self.rows(
            "select state::text from private.escrow_transactions where id = %s", part.escrow
        )
        return str(found[0][0])
