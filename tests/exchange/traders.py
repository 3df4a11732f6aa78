"""A trader of a market day: makes orders, takes others', looks after the trades of both."""

from decimal import ROUND_DOWN, Decimal
from typing import cast
from uuid import uuid4

from tests.exchange import choose_move, side_actions
from tests.exchange.choose_move import Row
from tests.exchange.client import ESCROW, LIVE, Client

_STEP = Decimal("0.00001")
METHODS = ("sepa", "sepa_instant", "faster_payments", "bank_transfer")


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
        """A draft over PostgREST, mostly published: its price is fixed or follows the index."""
        amount = self.rng.choice(("0.05", "0.4", "1", "2.5"))
        if self.rng.random() < 0.4:
            priced = {"price_type": "margin", "margin_bps": self.rng.randint(-200, 200)}
        else:
            priced = {"price": str(self.rng.randint(49_000, 51_000))}
        order = self.draft(
            id=str(uuid4()), type=self.rng.choice(("buy", "sell")), amount=amount,
            cryptocurrency="BTC", fiat_currency="USD", **priced,
            min_order_amount=amount if amount == "0.05" else "0.01",
            max_order_amount=min(amount, "0.3", key=float),
            payment_methods=self.rng.sample(METHODS, self.rng.randint(1, 3)),
        )  # fmt: skip
        if self.rng.random() < 0.95:
            kind = priced.get("price_type", "fixed")
            self.command(f"publish {kind}", f"/orders/{order}/publish", aal="aal2")

    def tidy(self) -> None:
        """Close, pause or take up again one of the own orders."""
        mine = self.read("p2p_orders", "id,status", user_id=self.id)
        open_ = [each for each in mine if each["status"] in ("active", "paused")]
        if open_:
            order = self.rng.choice(open_)
            words = ("resume", "cancel") if order["status"] == "paused" else ("pause", "cancel")
            word = self.rng.choice(words)
            aal = "aal2" if word == "resume" else "aal1"
            self.command(f"order {word}", f"/orders/{order['id']}/{word}", aal=aal)

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
            "max_slippage_bps": self.rng.choice((0, 50)),
        }
        word = "take" if order["price_type"] == "fixed" else "take margin"
        self.command(word, f"/orders/{order['id']}/take", body)

    def book(self, side: str) -> list[Row]:
        """Others' orders of one side, the best first."""
        lines = self.call(
            "p2p_book", side=side, cryptocurrency="BTC", fiat_currency="USD", page_size=40
        )
        return [each for each in cast("list[Row]", lines) if each["user_id"] != self.id]

    def look_after(self) -> None:
        """Do what there is to do in every live trade, and claim in one that is over."""
        escrows = self.rest.table("escrow_transactions").select(ESCROW).in_("state", LIVE)
        live = cast("list[Row]", escrows.limit(500).execute().data)
        offers = self._offers([each["id"] for each in live])
        for escrow in live:
            role = "payer" if escrow["payer_id"] == self.id else "payee"
            there = [each for each in offers if each["escrow_id"] == escrow["id"]]
            if move := choose_move.of_party(self.rng, role, escrow, there):
                self.move(escrow["id"], move)
            side_actions.write(self, escrow)
            if escrow["phase"] == "statements":
                side_actions.hand_in(self, escrow)
        if self.rng.random() < 0.05:
            self.claim()
        side_actions.rate(self)

    def claim(self) -> None:
        ended = self.rest.table("escrow_transactions").select("id").eq("state", "released")
        rows = cast("list[Row]", ended.order("completed_at", desc=True).limit(1).execute().data)
        for row in rows:
            body = {"reason": "money_called_back", "description": "The bank took it back."}
            self.command("claim", f"/escrows/{row['id']}/claim", body)

    def _offers(self, escrows: list[str]) -> list[Row]:
        if not escrows:
            return []
        query = self.rest.table("escrow_offers").select("id,escrow_id,author_role")
        found = query.eq("status", "open").eq("kind", "split").in_("escrow_id", escrows[:100])
        return cast("list[Row]", found.execute().data)
