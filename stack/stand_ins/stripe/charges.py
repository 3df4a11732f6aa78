"""Charges: what a card was asked for, what was taken, and the fee."""

from datetime import timedelta
from enum import StrEnum

from stack.stand_ins.stripe.books import Books, card_fee
from stack.stand_ins.stripe.world import Object, World

AUTHORIZED_FOR = timedelta(days=7)


class Card(StrEnum):
    """Cards of the payer, by the names of Stripe's own test cards.

    GOOD: works. DECLINED: the bank says no. NEEDS_ACTION: the payer must prove that it is his.
    CHARGED_BACK: works, and is disputed as soon as money is taken. An authorisation on any of
    them ends after seven days.
    """

    GOOD = "pm_card_visa"
    DECLINED = "pm_card_chargeDeclined"
    NEEDS_ACTION = "pm_card_authenticationRequired"
    CHARGED_BACK = "pm_card_createDispute"


class Charges:
    """settles_after: from the capture until the money can be spent."""

    def __init__(self, world: World, books: Books, settles_after: timedelta) -> None:
        self.world = world
        self._books = books
        self._settles_after = int(settles_after.total_seconds())

    def authorize(self, intent: Object) -> Object:
        """A charge that the bank allowed; nothing is taken yet."""
        charge = self._new(intent)
        self.world.emit("charge.succeeded", charge)
        return charge

    def decline(self, intent: Object) -> Object:
        charge = self._new(intent)
        charge |= {
            "status": "failed",
            "paid": False,
            "failure_code": "card_declined",
            "failure_message": "Your card was declined.",
        }
        charge["outcome"] |= {"network_status": "declined_by_network", "type": "issuer_declined"}
        self.world.emit("charge.failed", charge)
        return charge

    def capture(self, charge: Object, amount: int) -> None:
        """Take an amount; the rest of the authorisation is let go."""
        posted = self._books.post(
            "charge",
            amount,
            charge["currency"],
            charge["id"],
            fee=card_fee(amount),
            available_on=self.world.now() + self._settles_after,
        )
        charge |= {
            "captured": True,
            "amount_captured": amount,
            "balance_transaction": posted["id"],
        }
        self.world.emit("charge.captured", charge)

    def release(self, charge: Object, event: str) -> None:
        """Let an authorisation go: nothing was taken, yet Stripe calls it refunded."""
        charge |= {"refunded": True, "amount_refunded": charge["amount"]}
        self.world.emit(event, charge)

    def _new(self, intent: Object) -> Object:
        now = self.world.now()
        until = now + int(AUTHORIZED_FOR.total_seconds())
        return self.world.add(
            {
                "id": self.world.new_id("ch"),
                "object": "charge",
                "amount": intent["amount"],
                "amount_captured": 0,
                "amount_refunded": 0,
                "application": None,
                "application_fee": None,
                "application_fee_amount": None,
                "balance_transaction": None,
                "billing_details": {
                    "address": None, "email": None, "name": None, "phone": None, "tax_id": None,
                },
                "calculated_statement_descriptor": "HOLDFAST",
                "captured": False,
                "created": now,
                "currency": intent["currency"],
                "customer": None,
                "description": intent["description"],
                "disputed": False,
                "failure_balance_transaction": None,
                "failure_code": None,
                "failure_message": None,
                "fraud_details": {},
                "livemode": False,
                "metadata": dict(intent["metadata"]),
                "on_behalf_of": None,
                "outcome": {
                    "advice_code": None, "network_status": "approved_by_network", "reason": None,
                    "risk_level": "normal", "seller_message": "Payment complete.",
                    "type": "authorized",
                },
                "paid": True,
                "payment_intent": intent["id"],
                "payment_method": intent["payment_method"],
                "payment_method_details": {
                    "card": {
                        "brand": "visa", "capture_before": until, "country": "US",
                        "exp_month": 12, "exp_year": 2034, "funding": "credit",
                        "last4": "4242", "network": "visa",
                    },
                    "type": "card",
                },
                "receipt_email": None,
                "receipt_number": None,
                "receipt_url": None,
                "refunded": False,
                "review": None,
                "shipping": None,
                "source_transfer": None,
                "statement_descriptor": None,
                "statement_descriptor_suffix": None,
                "status": "succeeded",
                "transfer_data": None,
                "transfer_group": intent["transfer_group"],
            }
        )  # fmt: skip
