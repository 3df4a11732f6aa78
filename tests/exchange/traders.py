"""The people of a market day: traders, arbiters and the operator, each a client like any other."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal
from random import Random
from typing import Any, cast
from uuid import uuid4

import httpx

from tests.exchange import habits
from tests.exchange.habits import Move, Row
from tests.stack.people import Person
from tests.stack.stack import Stack
from tests.stories.users import Answer, User

_LIVE = ("funded", "performed", "disputed", "decided")
_ESCROW = "id,state,phase,payer_id,payee_id,amount,claim_until"
_STEP = Decimal("0.00001")
METHODS = ("sepa", "sepa_instant", "faster_payments", "bank_transfer")


@dataclass
class Tally:
    """What was answered to whom: (command, status and code or state)."""

    answers: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, word: str, answer: Answer) -> None:
        said = str(answer.body.get("code", "done")) if answer.status >= 400 else "done"
        self.answers[word, f"{answer.status} {said}"] += 1

    def done(self, word: str) -> int:
        return sum(
            number for (each, said), number in self.answers.items()
            if each == word and said.endswith(" done")
        )  # fmt: skip

    def failures(self) -> dict[tuple[str, str], int]:
        """Answers that no client may ever get."""
        return {key: number for key, number in self.answers.items() if key[1] >= "5"}

    def merge(self, other: "Tally") -> None:
        self.answers.update(other.answers)


class Client(User):
    """A user who keeps count of what the commands answered."""

    def __init__(
        self, stack: Stack, http: httpx.Client, name: str, user_id: Any, seed: int
    ) -> None:
        super().__init__(stack, http, name, user_id)
        self.rng = Random(f"{seed} {name}")
        self.tally = Tally()

    def command(
        self, word: str, path: str, body: Mapping[str, Any] | None = None, aal: str = "aal1"
    ) -> Answer:
        answer = self.post(path, body, aal=aal)
        self.tally.add(word, answer)
        return answer

    def move(self, escrow_id: str, move: Move) -> Answer:
        return self.command(move.word, f"/trades/{escrow_id}/{move.word}", move.body, move.aal)


class Trader(Client):
    """Makes orders, takes others', and looks after the trades of both."""

    def turn(self, takes: float) -> None:
        """One look at the market. takes: how many trades it opens on average."""
        for _ in range(self._about(0.1 + takes / 2)):
            self.publish()
        for _ in range(self._about(0.05 + takes / 10)):
            self.tidy()
        for _ in range(self._about(takes)):
            self.take()
        self.look_after()

    def _about(self, mean: float) -> int:
        """A whole number that is so much on average."""
        return int(mean) + (self.rng.random() < mean % 1)

    def publish(self) -> None:
        """A draft over PostgREST, mostly published: fixed or a range, one or more methods."""
        amount = self.rng.choice(("0.05", "0.4", "1", "2.5"))
        side = self.rng.choice(("buy", "sell"))
        order = self.draft(
            id=str(uuid4()), type=side, cryptocurrency="BTC", fiat_currency="USD",
            amount=amount, price=str(self.rng.randint(49_000, 51_000)),
            min_order_amount=amount if amount == "0.05" else "0.01",
            max_order_amount=min(amount, "0.3", key=float),
            payment_methods=self.rng.sample(METHODS, self.rng.randint(1, 3)),
        )  # fmt: skip
        if self.rng.random() < 0.95:
            self.command("publish", f"/orders/{order}/publish")

    def tidy(self) -> None:
        """Close, pause or take up again one of the own orders."""
        mine = self.read("p2p_orders", "id,status", user_id=self.id)
        open_ = [each for each in mine if each["status"] in ("active", "paused")]
        if open_:
            order = self.rng.choice(open_)
            words = ("resume", "cancel") if order["status"] == "paused" else ("pause", "cancel")
            word = self.rng.choice(words)
            self.command(f"order {word}", f"/orders/{order['id']}/{word}")

    def take(self) -> None:
        side = self.rng.choice(("buy", "sell"))
        book = self.book(side)
        if not book:
            return
        order = book[min(int(self.rng.expovariate(0.5)), len(book) - 1)]
        low, high = Decimal(order["min_order_amount"]), Decimal(order["max_order_amount"])
        high = min(high, Decimal(order["remaining"]))
        # What remains of an order may be taken whole, however little it is.
        amount = low + (high - low) * self.rng.randint(0, 8) / 8 if low < high else high
        body = {
            "amount": f"{amount.quantize(_STEP, ROUND_DOWN):f}",
            "expected_price": order["price"],
            "payment_method": self.rng.choice(order["payment_methods"]),
        }
        self.command("take", f"/orders/{order['id']}/take", body)

    def book(self, side: str) -> list[Row]:
        """Others' orders of one side, the best first."""
        query = self.rest.table("p2p_orders").select("*").eq("status", "active").eq("type", side)
        query = (
            query.neq("user_id", self.id)
            .gt("remaining", "0")
            .order("price", desc=side == "buy")
            .limit(20)
        )
        return cast("list[Row]", query.execute().data)

    def look_after(self) -> None:
        """Do what there is to do in every live trade, and claim in one that is over."""
        escrows = self.rest.table("escrow_transactions").select(_ESCROW).in_("state", _LIVE)
        live = cast("list[Row]", escrows.limit(500).execute().data)
        offers = self._offers([each["id"] for each in live])
        for escrow in live:
            role = "payer" if escrow["payer_id"] == self.id else "payee"
            there = [each for each in offers if each["escrow_id"] == escrow["id"]]
            if move := habits.of_party(self.rng, role, escrow, there):
                self.move(escrow["id"], move)
        if self.rng.random() < 0.05:
            self.claim()

    def claim(self) -> None:
        ended = self.rest.table("escrow_transactions").select("id").eq("state", "released")
        rows = cast("list[Row]", ended.order("completed_at", desc=True).limit(1).execute().data)
        for row in rows:
            body = {"reason": "money_called_back", "description": "The bank took it back."}
            self.command("claim", f"/trades/{row['id']}/claim", body)

    def _offers(self, escrows: list[str]) -> list[Row]:
        if not escrows:
            return []
        query = self.rest.table("escrow_offers").select("id,escrow_id,author_role")
        found = query.eq("status", "open").eq("kind", "split").in_("escrow_id", escrows[:100])
        return cast("list[Row]", found.execute().data)


class Arbiter(Client):
    """Judges what was given to them."""

    def turn(self) -> None:
        query = self.rest.table("escrow_transactions").select(_ESCROW).eq("state", "disputed")
        for escrow in cast("list[Row]", query.limit(500).execute().data):
            if move := habits.of_arbiter(self.rng, escrow):
                self.move(escrow["id"], move)


class Operator(Client):
    """Books money in, stops what looks wrong for a while, closes cases."""

    def deposit(self, trader: Trader, amount: str) -> None:
        body = {"party_id": trader.id, "currency": "BTC", "amount": amount}
        answer = self.command("deposit", "/deposits", body, "aal2")
        assert answer.status == 200, answer.body

    def turn(self) -> None:
        for trade in self._frozen():
            self.move(trade, Move("unfreeze"))
        if self.rng.random() < 0.3:
            query = self.rest.table("escrow_transactions").select("id").eq("state", "performed")
            rows = cast("list[Row]", query.is_("frozen_at", "null").limit(20).execute().data)
            if rows:
                self.move(self.rng.choice(rows)["id"], Move("freeze", {"reason": "a look"}))
        for case in self.read("escrow_cases", "id", state="review"):
            if self.rng.random() < 0.3:
                body = {"event": "dismiss", "resolution": "The bank confirms the payment."}
                self.command("close case", f"/cases/{case['id']}/close", body, "aal2")

    def let_go(self) -> None:
        """At the end of the day nothing stays frozen."""
        for trade in self._frozen():
            self.move(trade, Move("unfreeze"))

    def _frozen(self) -> list[str]:
        query = self.rest.table("escrow_transactions").select("id").in_("state", _LIVE)
        rows = cast("list[Row]", query.not_.is_("frozen_at", "null").execute().data)
        return [row["id"] for row in rows]


def staff(person: Person) -> tuple[str, Any]:
    return person.name, person.id
