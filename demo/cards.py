"""What a story does with cards: people pay in a browser, Stripe sends events, workers work."""

import time
from decimal import Decimal
from typing import TYPE_CHECKING

import httpx

from demo.users import User
from stack.stack import Stack
from stack.stand_ins.stripe import API_KEY, WEBHOOK_SECRET, Card, StripeStandIn

if TYPE_CHECKING:
    from demo.scene import Scene

CURRENCY = "USD"
_FLOAT_CENTS = 100_000
_WORKERS = ("StripeInboxFunction", "EscrowReportsFunction", "StripePayoutsFunction")


class CardStage:
    """Stripe as the people of a story meet it."""

    def __init__(
        self, scene: "Scene", stack: Stack, http: httpx.Client, stripe: StripeStandIn
    ) -> None:
        self._scene, self._stack, self._http = scene, stack, http
        self.stripe = stripe
        self._paid: dict[str, set[str]] = {}
        # Refunds are whole, and Stripe keeps its fee: the platform has some money there.
        stripe.books.top_up(_FLOAT_CENTS)
        stack.aws.put_secret("StripeKeySecret", API_KEY)
        stack.aws.put_secret("StripeWebhookSecret", WEBHOOK_SECRET)
        stack.configure(**stripe.variables())

    def card(self, owner: User, limit: str) -> None:
        """The owner has so much on a card."""

        def left() -> Decimal:
            return Decimal(limit) - self._spent(owner)

        self._scene.own_outside(f"{owner.name}'s card", left)

    def account(self, owner: User) -> str:
        """The owner has an account at Stripe, and names it."""
        account = self.stripe.accounts.add()
        self._scene.command(
            owner, "wants money at Stripe", "/payout-destinations",
            {"rail": "stripe", "address": account}, aal="aal2", expect="201",
        )  # fmt: skip
        balance = self.stripe.accounts.balance
        self._scene.own_outside(f"{owner.name} at Stripe", lambda: _dollars(balance(account)))
        return account

    def pay(self, payer: User, escrow: str, card: Card = Card.GOOD) -> str:
        """The payer asks how to pay, and confirms in a browser; the intent."""
        asked = self._scene.move(payer, escrow, "asks to pay by card", "card-payment", expect="200")
        intent = str(asked.body["provider_reference"])
        self.stripe.pay(intent, card)
        self._scene.tell(payer.name, "confirms in the browser", "authorised", "Stripe")
        self._paid.setdefault(payer.id, set()).add(intent)
        return intent

    def charge_back(self, intent: str, what: str) -> None:
        """The payer's bank takes the money of a payment back."""
        charge = str(self.stripe.world.objects[intent]["latest_charge"])
        self.stripe.disputes.open(charge)
        self._scene.tell("bank", what, "chargeback", "Stripe")

    def work(self, what: str) -> None:
        """Stripe sends its events, and the workers work until nothing is left to do."""
        for _ in range(6):
            events = self.stripe.webhooks.waiting()
            for event in events:
                headers, body = self.stripe.webhooks.signed(event, int(time.time()))
                answer = self._http.post("/webhooks/stripe", content=body, headers=headers)
                answer.raise_for_status()
            self.stripe.webhooks.settle(events)
            done = [self._stack.tick(worker) for worker in _WORKERS]
            if not any(done[-1].values()) and not self.stripe.webhooks.waiting():
                break
        self._scene.tell("schedule", what, "", "Stripe… functions")

    def _spent(self, owner: User) -> Decimal:
        world = self.stripe.world
        cents = 0
        for charge in world.of("charge"):
            if charge["payment_intent"] in self._paid.get(owner.id, ()) and charge["captured"]:
                cents += charge["amount_captured"] - charge["amount_refunded"]
                cents -= sum(
                    each["amount"] for each in world.of("dispute")
                    if each["charge"] == charge["id"] and each["status"] != "won"
                )  # fmt: skip
        return _dollars(cents)


def _dollars(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
