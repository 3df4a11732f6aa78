"""Scenes of the card rail: contracts paid by card at a stand-in of Stripe, and its workers."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx

from stack.stand_ins.stripe import API_KEY, WEBHOOK_SECRET, Card, StripeStandIn
from tests.world.http.desk import Desk
from tests.world.http.market import Contract, contract

# What the platform keeps at Stripe of its own, so that it can pay what it has lost.
OWN = Decimal(1000)
NOTE = {"note": "The group is yours: see the audit log.", "files": ["ab" * 32]}
DAY = timedelta(days=1)


class Ahead:
    """The clock of a stack whose tests move it only through here."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.offset


@dataclass
class Cards:
    """A stack with Stripe beside it. Nothing happens by itself: work() lets the workers work."""

    desk: Desk
    stripe: StripeStandIn
    clock: Ahead
    http: httpx.Client

    def prepare(self) -> None:
        stack = self.desk.stack
        stack.aws.put_secret("StripeKeySecret", API_KEY)
        stack.aws.put_secret("StripeWebhookSecret", WEBHOOK_SECRET)
        stack.configure(**self.stripe.variables())
        self.stripe.books.top_up(int(OWN * 100))

    def advance(self, amount: timedelta) -> None:
        self.desk.stack.clock.advance(seconds=amount.total_seconds())
        self.clock.offset += amount

    def signed(
        self,
        amounts: tuple[str, ...] = ("100",),
        *,
        account: bool = True,
        currency: str = "USD",
        seller: UUID | None = None,
    ) -> Contract:
        """A contract to be paid by card; its seller has an account at Stripe."""
        made = contract(self.desk, amounts, {"rail": "stripe"}, seller=seller, currency=currency)
        made.sign(made.seller, made.buyer)
        if account:
            self.name_account(made, self.stripe.accounts.add())
        return made

    def name_account(self, made: Contract, account: str) -> None:
        body = {"rail": "stripe", "address": account}
        self.desk.done(made.seller, "/payout-destinations", body)

    def ask(self, made: Contract, number: int = 1, **options: Any) -> Any:
        """The payer asks how to pay a milestone."""
        return made.done(made.buyer, number, "card-payment", **options)

    def pay(self, made: Contract, number: int = 1, card: Card = Card.GOOD) -> str:
        """The payer's browser confirms; the intent."""
        intent = str(self.ask(made, number)["provider_reference"])
        self.stripe.pay(intent, card)
        return intent

    def funded(self, amounts: tuple[str, ...] = ("100",), **options: Any) -> Contract:
        """A contract with all milestones paid in by card."""
        made = self.signed(amounts, **options)
        for number in range(1, len(amounts) + 1):
            self.pay(made, number)
        self.work()
        assert {self.state(each) for each in made.milestones} == {"funded"}
        return made

    def delivered(self, amounts: tuple[str, ...] = ("100",), **options: Any) -> Contract:
        made = self.funded(amounts, **options)
        for number in range(1, len(amounts) + 1):
            made.done(made.seller, number, "deliver", NOTE)
        return made

    def released(self, **options: Any) -> Contract:
        """Delivered, accepted, and paid to the seller's account."""
        made = self.delivered(**options)
        made.done(made.buyer, 1, "release")
        self.work()
        return made

    def send(self, events: Iterable[dict[str, Any]] | None = None) -> list[int]:
        """Stripe sends events, what waits if none are given; signed by the machine's clock,
        which is that of the function that checks."""
        statuses = []
        for event in self.stripe.webhooks.waiting() if events is None else events:
            headers, body = self.stripe.webhooks.signed(event, int(time.time()))
            answer = self.http.post("/webhooks/stripe", content=body, headers=headers)
            statuses.append(answer.status_code)
            if answer.is_success and event["id"] in self.stripe.world.objects:
                self.stripe.webhooks.settle([event])
        return statuses

    def read(self) -> Any:
        """The inbox does its work, and so does the engine."""
        found = self.desk.stack.tick("StripeInboxFunction")
        self.desk.stack.tick("EscrowReportsFunction")
        return found

    def payouts(self) -> Any:
        return self.desk.stack.tick("StripePayoutsFunction")

    def work(self) -> None:
        """Everybody works until no event waits: Stripe sends, the inbox reads, payments go."""
        for _ in range(6):
            self.send()
            self.read()
            paid = self.payouts()
            if not any(paid.values()) and not self.stripe.webhooks.waiting():
                return
        raise AssertionError("it does not come to rest")

    def rows(self, sql: str, *given: Any) -> list[Any]:
        with self.desk.stack.connect() as connection:
            return connection.execute(sql.encode(), given).fetchall()

    def state(self, escrow_id: str) -> str:
        ((found,),) = self.rows(
            "select state::text from private.escrow_transactions where id = %s", escrow_id
        )
        return str(found)

    def payments(self, escrow_id: str) -> list[tuple[str, str, Decimal]]:
        """Kind, state and amount of the payments of an escrow."""
        return self.rows(
            "select kind, state::text, amount::numeric from public.payouts"
            " where id in (select private.payouts_of(%s)) order by id", escrow_id,
        )  # fmt: skip

    def cases(self, escrow_id: str) -> list[tuple[str, str, Decimal]]:
        """Kind, state and amount of the cases of an escrow."""
        return self.rows(
            "select kind, state, amount::numeric from public.escrow_cases"
            " where escrow_id = %s order by id", escrow_id,
        )  # fmt: skip

    def available(self, party: Any, currency: str = "USD") -> Decimal:
        return sum(
            (row[0] for row in self.rows(
                "select available::numeric from public.wallets"
                " where party_id = %s and currency = %s and type = 'spot'", party, currency,
            )), Decimal(0),
        )  # fmt: skip

    def charge_of(self, intent: str) -> str:
        return str(self.stripe.world.objects[intent]["latest_charge"])

    def intent_of(self, escrow_id: str) -> str:
        ((found,),) = self.rows(
            "select provider_reference from public.deposit_requests where reference_id = %s",
            escrow_id,
        )
        return str(found)

    def forget_keys(self) -> None:
        """As Stripe does with each idempotency key after a day."""
        with self.stripe.world.lock:
            self.stripe._keys._kept.clear()

    def agrees(self, withheld: str = "0") -> None:
        """To the cent: what our books say is outside is what Stripe has for us, and what it
        withholds for chargebacks that are not decided while their escrows live."""
        for currency in ("USD", "EUR", "GBP"):
            ((clearing,),) = self.rows(
                "select coalesce(sum(e.amount), 0)::numeric from public.ledger_entries as e"
                " join public.wallets as w on w.id = e.wallet_id"
                " where w.type = 'clearing' and w.currency = %s", currency,
            )  # fmt: skip
            balance = Decimal(self.stripe.balance().get(currency.lower(), 0)) / 100
            if currency == "USD":
                balance += Decimal(withheld) - OWN
            assert -clearing == balance, currency
        assert self.rows("select * from ledger.verify()") == []
