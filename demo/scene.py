"""What every story does: people, money, time, and a line for everything that happens."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self

import httpx

from demo.accounts import Accounts
from demo.cards import CardStage
from demo.chains import ChainStage
from demo.coins import CoinStage
from demo.console import Console
from demo.durations import clock, words
from demo.newcomers import Newcomer
from demo.users import Answer, User
from stack.people import OLGA, OSKAR, PEOPLE
from stack.stack import Stack
from stack.stand_ins.chain import Chain
from stack.stand_ins.coins import CoinChain
from stack.stand_ins.price_source import PriceSource
from stack.stand_ins.screening import Screening
from stack.stand_ins.stripe import StripeStandIn
from stack.stand_ins.webhook_receiver import WebhookReceiver

CRYPTO = "BTC"


class StoryFailed(AssertionError):
    """Something did not happen as the story tells it."""


class Scene:
    """Whatever a story expects and does not get raises StoryFailed."""

    def __init__(self, stack: Stack, http: httpx.Client, console: Console) -> None:
        self._stack = stack
        self._http = http
        self._console = console
        self._passed = timedelta()
        self._outside = ExitStack()
        self.olga = User(stack, http, OLGA.name, OLGA.id)
        self.oskar = User(stack, http, OSKAR.name, OSKAR.id)
        self.count_in(CRYPTO)

    def count_in(self, currency: str) -> None:
        """From the start, what people bring and own is in this currency."""
        self._currency = currency
        self._accounts = Accounts(self.olga, currency)

    def person(self, name: str, deposit: str | None = None, *, limited: bool = False) -> User:
        """Somebody new, with crypto that an operator books for them; limited: as by sign-up."""
        someone = User(self._stack, self._http, name, self._stack.create_user(limited=limited))
        if deposit:
            body = {
                "party_id": someone.id,
                "currency": self._currency,
                "amount": deposit,
                "reference": f"{name} {someone.id}",
            }
            what = f"books a deposit of {deposit} {self._currency} for {name}"
            self.command(self.olga, what, "/deposits", body, aal="aal2", expect="200")
        self._accounts.open(someone)
        return someone

    def newcomer(self, name: str, password: str) -> Newcomer:
        """Somebody who signs up themselves, with an address that they prove."""
        someone = Newcomer(self._stack, self._http, name, password)
        self._accounts.open(someone)
        return someone

    def watch(self, escrow: str) -> None:
        """What an escrow pays the platform belongs to the story."""
        self._accounts.watch(escrow)

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

    def cards(self) -> CardStage:
        """Stripe, in a stand-in, and the workers that talk to it; there until the end."""
        stripe = self._outside.enter_context(StripeStandIn(clock=self.now))
        return CardStage(self, self._stack, self._http, stripe)

    def chain(self) -> ChainStage:
        """A chain with USDC, who screens addresses, and the workers that talk to them. It is the
        same in every story: a deployment has one, which goes on."""
        chain, screening = self._stack.stand_in(Chain), self._stack.stand_in(Screening)
        return ChainStage(self, self._stack, chain, screening)

    def coins(self) -> CoinStage:
        """A chain of bitcoin, the same in every story. Raises MissingPart without a node."""
        return CoinStage(self, self._stack, self._stack.stand_in(CoinChain))

    def own_outside(self, name: str, owned: Callable[[], Decimal]) -> None:
        """What somebody has outside of Holdfast belongs to the story."""
        self._accounts.open_outside(name, owned)

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
        self._console.table(header, rows)

    def wait(self, **amount: float) -> None:
        """Let the product's clock go on."""
        self._stack.clock.advance(**amount)
        self._passed += timedelta(**amount)
        self._console.line(f"  {'':9}  {'─' * 3} {words(timedelta(**amount))} later", "dim")

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
        self._console.event(clock(self._passed), who, what, outcome, request)

    def claim(self, what: str, actual: object, expected: object) -> None:
        """What the story wants to show."""
        if actual != expected:
            raise StoryFailed(f"not true that {what}: expected {expected!r}, found {actual!r}")
        self._console.line(f"  {'':9}  ✓ {what}", "green")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._outside.close()

    def close(self) -> None:
        """Show what everybody has; together it must be what they had."""
        self._console.line()
        before, after = self._accounts.close(self._console)
        self.claim(f"all {before.normalize():f} {self._currency} are still there", after, before)
