"""Balance transactions: every cent that comes to the platform's balance or leaves it."""

from collections import Counter
from fractions import Fraction

from stack.stand_ins.stripe.world import Object, World

_DISPUTE_FEE = 1500


def card_fee(amount: int) -> int:
    """2.9 % and 30 cents, half a cent up."""
    return (amount * 29 + 500) // 1000 + 30


def dispute_fee() -> int:
    return _DISPUTE_FEE


class Books:
    """The platform's balance, as Stripe keeps it. Amounts in minor units.

    settles_in: currencies in which the platform has no balance, with the one that Stripe settles
    them in, and what one unit is worth there.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.settles_in: dict[str, tuple[str, Fraction]] = {}
        self._totals: Counter[str] = Counter()

    def settled(self, amount: int, currency: str) -> tuple[int, str]:
        """An amount as the balance has it."""
        code, rate = self.settles_in.get(currency, (currency, Fraction(1)))
        return round(amount * rate), code

    def post(
        self,
        kind: str,
        amount: int,
        currency: str,
        source: str | None,
        *,
        category: str | None = None,
        fee: int = 0,
        available_on: int | None = None,
        description: str | None = None,
    ) -> Object:
        """Keep one balance transaction. fee: taken from the amount; a negative one comes back."""
        fee, _ = self.settled(fee, currency)
        amount, currency = self.settled(amount, currency)
        net = amount - fee
        self._totals[currency] += net
        now = self.world.now()
        detail = {
            "amount": fee, "application": None, "currency": currency,
            "description": "Stripe processing fees", "type": "stripe_fee",
        }  # fmt: skip
        return self.world.add(
            {
                "id": self.world.new_id("txn"),
                "object": "balance_transaction",
                "amount": amount,
                "available_on": now if available_on is None else available_on,
                "balance_type": "payments",
                "created": now,
                "currency": currency,
                "description": description,
                "exchange_rate": None,
                "fee": fee,
                "fee_details": [detail] if fee else [],
                "net": net,
                "reporting_category": category or kind,
                "source": source,
                "status": "pending" if available_on and available_on > now else "available",
                "type": kind,
            }
        )

    def totals(self) -> dict[str, int]:
        """Balance by currency, pending and available together."""
        return dict(self._totals)

    def available(self, currency: str) -> int:
        """What of a balance can be spent now."""
        return sum(
            each["net"]
            for each in self.world.of("balance_transaction")
            if each["currency"] == currency and each["status"] == "available"
        )

    def settle(self) -> None:
        """Pending money whose day has come is available."""
        now = self.world.now()
        for each in self.world.of("balance_transaction"):
            if each["status"] == "pending" and each["available_on"] <= now:
                each["status"] = "available"

    def balance(self) -> Object:
        """GET /v1/balance."""
        parts: dict[str, Counter[str]] = {"available": Counter(), "pending": Counter()}
        for each in self.world.of("balance_transaction"):
            parts[each["status"]][each["currency"]] += each["net"]
        told: Object = {"object": "balance", "livemode": False}
        for name, sums in parts.items():
            told[name] = [
                {"amount": sums[currency], "currency": currency, "source_types": {}}
                for currency in sorted(self._totals)
            ]
        return told

    def top_up(self, amount: int, currency: str = "usd") -> Object:
        """Money of the platform itself, available at once."""
        return self.post("topup", amount, currency, None)
