"""The stage of one story: people, money, time, and a line for everything that happens."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import httpx

from tests.rails.price_source import PriceSource
from tests.rails.webhook_receiver import WebhookReceiver
from tests.stack.people import OLGA, PEOPLE
from tests.stack.stack import Stack
from tests.stories.accounts import Accounts
from tests.stories.durations import clock, words
from tests.stories.paper import Paper
from tests.stories.users import Answer, User

CRYPTO, FIAT, PRICE = "BTC", "USD", "50000"


class StoryFailed(AssertionError):
    """Something did not happen as the story tells it."""


class Stage:
    """Everything a story may do. Whatever it expects and does not get raises StoryFailed."""

    def __init__(self, stack: Stack, http: httpx.Client, paper: Paper) -> None:
        self._stack = stack
        self._http = http
        self._paper = paper
        self._passed = timedelta()
        self.olga = User(stack, http, OLGA.name, OLGA.id)
        self.count_in(CRYPTO)

    def count_in(self, currency: str) -> None:
        """From the start, what people bring and own is in this currency."""
        self._currency = currency
        self._accounts = Accounts(self.olga, currency)

    def person(self, name: str, deposit: str | None = None, *, limited: bool = False) -> User:
        """Somebody new, with crypto that an operator books for them; limited: as by sign-up."""
        someone = User(self._stack, self._http, name, self._stack.create_user(limited=limited))
        if deposit:
            body = {"party_id": someone.id, "currency": self._currency, "amount": deposit}
            what = f"books a deposit of {deposit} {self._currency} for {name}"
            self.command(self.olga, what, "/deposits", body, aal="aal2", expect="200")
        self._accounts.open(someone)
        return someone

    def drafts(self, maker: User, amount: str, at: str = f"{PRICE} {FIAT}", **fields: Any) -> str:
        """The maker writes a draft over PostgREST; the id of the order."""
        draft: dict[str, Any] = {
            "type": "sell", "cryptocurrency": CRYPTO, "fiat_currency": FIAT, "amount": amount,
            "price": PRICE, "min_order_amount": "0.01", "max_order_amount": amount,
            "payment_methods": ["sepa"],
        }  # fmt: skip
        order = maker.draft(**{**draft, **fields})
        what = f"drafts: sell {amount} {CRYPTO} at {at}"
        self.tell(maker.name, what, "201 draft", "POST /rest/v1/p2p_orders")
        return order

    def sells(self, maker: User, amount: str) -> str:
        """The maker drafts an order and publishes it; the id of the order."""
        return self.publishes(maker, self.drafts(maker, amount), amount)

    def publishes(self, maker: User, order: str, amount: str) -> str:
        """The maker opens a draft for takes; the id of the order."""
        self.command(
            maker, f"publishes it; {amount} {CRYPTO} are locked", f"/orders/{order}/publish",
            expect="200 active",
        )  # fmt: skip
        return order

    def completes(self, taker: User, order: str, amount: str, maker: User) -> None:
        """A whole trade without a word: taken, paid and released."""
        answer = taker.post(f"/orders/{order}/take", _take(amount))
        trade = str(answer.body.get("trade_id"))
        self._accounts.watch(trade)
        taker.post(f"/escrows/{trade}/mark-paid")
        body = {"payer_name_matches": True}
        done = maker.post(f"/escrows/{trade}/release", body, aal="aal2").outcome
        if done != "200 released":
            raise StoryFailed(f"a trade was not completed: {answer.body}, {done}")

    def takes(self, taker: User, order: str, amount: str, **fields: Any) -> str:
        """The taker opens a trade; its id."""
        answer = self.command(
            taker, f"takes {amount} {CRYPTO}", f"/orders/{order}/take", {**_take(amount), **fields},
            expect="201 pending_payment",
        )  # fmt: skip
        trade = str(answer.body["trade_id"])
        self._accounts.watch(trade)
        return trade

    def watch(self, escrow: str) -> None:
        """What an escrow pays the platform belongs to the story."""
        self._accounts.watch(escrow)

    def race(self, takers: Sequence[User], order: str, amount: str) -> list[Answer]:
        """Everybody takes at the same moment; the answers in the order of the takers."""
        line = Barrier(len(takers))

        def run(taker: User) -> Answer:
            line.wait(timeout=30)
            return taker.post(f"/orders/{order}/take", _take(amount))

        with ThreadPoolExecutor(len(takers)) as pool:
            answers = list(pool.map(run, takers))
        for taker, answer in zip(takers, answers, strict=True):
            what = f"takes {amount} {CRYPTO}, all at once"
            self.tell(taker.name, what, answer.outcome, "POST /orders/…/take")
            if answer.status == 201:
                self._accounts.watch(answer.body["trade_id"])
        return answers

    def move(
        self,
        who: User,
        trade: str,
        what: str,
        command: str,
        body: Mapping[str, Any] | None = None,
        *,
        aal: str = "aal1",
        key: str | None = None,
        expect: str,
    ) -> Answer:
        """A command on a trade."""
        path = f"/escrows/{trade}/{command}"
        return self.command(who, what, path, body, aal=aal, key=key, expect=expect)

    def command(
        self,
        who: User,
        what: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        aal: str = "aal1",
        key: str | None = None,
        expect: str,
    ) -> Answer:
        """POST; expect is the status with the code or state that must come back."""
        answer = who.post(path, body, aal=aal, key=key)
        first, *rest = path.strip("/").split("/")
        shown = "/".join(["", first, *(["…", *rest[1:]] if rest else [])])
        again = " (replayed)" if answer.replayed else ""
        strength = f" {aal}" if aal != "aal1" else ""
        self.tell(who.name, what, answer.outcome + again, f"POST {shown}{strength}")
        if answer.outcome != expect:
            raise StoryFailed(
                f"{who.name} {what}: expected {expect}, got {answer.outcome}: {answer.body}"
            )
        return answer

    @contextmanager
    def market(self) -> Iterator[PriceSource]:
        """Two sources of prices that the schedule asks from now on."""
        with PriceSource(clock=self.now) as source:
            self._stack.configure(**source.variables())
            yield source

    def receivers(self) -> WebhookReceiver:
        """Servers on loopback to which webhooks are sent, inside its block."""
        return WebhookReceiver()

    def deliver(self, what: str) -> None:
        """The relay and the senders work until nothing waits that is due."""
        self._stack.tick("RelayFunction")
        while self._stack.drain("DeliverFunction"):
            self._stack.tick("RelayFunction")
        self.tell("schedule", what, "", "RelayFunction")

    def now(self) -> datetime:
        """The product's clock."""
        return self._stack.clock.now()

    def schedule(self, name: str, what: str, show: Sequence[str] = ()) -> Mapping[str, Any]:
        """A scheduled function runs once; its result, of which some counts are printed."""
        done: Mapping[str, Any] = self._stack.tick(name)
        self.tell("schedule", what, ", ".join(f"{done[key]} {key}" for key in show), name)
        return done

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show what somebody reads."""
        self._paper.table(header, rows)

    def wait(self, **amount: float) -> None:
        """Let the product's clock go on."""
        self._stack.clock.advance(**amount)
        self._passed += timedelta(**amount)
        self._paper.line(f"  {'':9}  {'─' * 3} {words(timedelta(**amount))} later", "dim")

    def timer(self, witness: User, trade: str, what: str, expect: str) -> None:
        """The schedule that ends what nobody ends fires once; a party reads what came of it."""
        done = self._stack.tick("EscrowExpireFunction")
        state = self.state(witness, trade)
        self.tell("timer", what, state, "EscrowExpireFunction")
        if done["failed"] or state != expect:
            raise StoryFailed(f"timer {what}: expected {expect}, got {state}: {done}")

    def state(self, reader: User, trade: str) -> str:
        """State and phase of a trade's escrow, as its reader sees them."""
        row = reader.read("escrow_transactions", "state,phase", id=trade)[0]
        return f"{row['state']} · {row['phase']}" if row["phase"] else str(row["state"])

    def arbiter(self, reader: User, trade: str) -> User:
        """Whoever the dispute of a trade was given to."""
        row = reader.read("disputes", "arbiter_id", escrow_id=trade)[0]
        person = next(person for person in PEOPLE if str(person.id) == row["arbiter_id"])
        return User(self._stack, self._http, person.name, person.id)

    def tell(self, who: str, what: str, outcome: str = "", request: str = "") -> None:
        """A line of the timeline."""
        self._paper.event(clock(self._passed), who, what, outcome, request)

    def claim(self, what: str, actual: object, expected: object) -> None:
        """What the story wants to show."""
        if actual != expected:
            raise StoryFailed(f"not true that {what}: expected {expected!r}, found {actual!r}")
        self._paper.line(f"  {'':9}  ✓ {what}", "green")

    def close(self) -> None:
        """Show what everybody has; together it must be what they had."""
        self._paper.line()
        before, after = self._accounts.close(self._paper)
        self.claim(f"all {before.normalize():f} {self._currency} are still there", after, before)


def _take(amount: str) -> dict[str, str]:
    return {"amount": amount, "expected_price": PRICE}
