"""The stage of one story: a scene on which people trade with each other."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from demo.scene import CRYPTO, Scene, StoryFailed
from demo.users import Answer, User

__all__ = ["CRYPTO", "FIAT", "PRICE", "Stage", "StoryFailed"]

FIAT, PRICE = "USD", "50000"


class Stage(Scene):
    """Everything a story may do. Whatever it expects and does not get raises StoryFailed."""

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
            aal="aal2", expect="200 active",
        )  # fmt: skip
        return order

    def cancels(self, maker: User, order: str) -> None:
        """The maker takes an order out of the book; what nobody took is free again."""
        self.command(
            maker, "takes the order out of the book", f"/orders/{order}/cancel",
            expect="200 cancelled",
        )  # fmt: skip

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


def _take(amount: str) -> dict[str, str]:
    return {"amount": amount, "expected_price": PRICE}
