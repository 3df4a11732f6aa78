"""Connected accounts: who is paid. Their balance is what we sent and they did not spend."""

from collections import Counter

from stack.stand_ins.stripe.errors import invalid, missing
from stack.stand_ins.stripe.world import Object, World, by_hand


class Accounts:
    def __init__(self, world: World) -> None:
        self.world = world
        self._balances: dict[str, Counter[str]] = {}

    @by_hand
    def add(self, *, transfers: str = "active", country: str = "US") -> str:
        """A new account. transfers: active, inactive or pending."""
        identifier = self.world.new_id("acct")
        self._balances[identifier] = Counter()
        self.world.add(
            {
                "id": identifier,
                "object": "account",
                "capabilities": {"transfers": transfers},
                "charges_enabled": False,
                "country": country,
                "created": self.world.now(),
                "default_currency": "usd",
                "details_submitted": transfers == "active",
                "metadata": {},
                "payouts_enabled": transfers == "active",
                "requirements": {"disabled_reason": None},
                "type": "express",
            }
        )
        return identifier

    @by_hand
    def reject(self, identifier: str, reason: str = "rejected.fraud") -> Object:
        """Stripe will have nothing to do with this account any more."""
        account = self.world.find("account", identifier)
        account |= {"payouts_enabled": False, "capabilities": {"transfers": "inactive"}}
        account["requirements"]["disabled_reason"] = reason
        self.world.emit("account.updated", account)["account"] = identifier
        return account

    @by_hand
    def balance(self, identifier: str, currency: str = "usd") -> int:
        """What the account has, in minor units."""
        return self._balances[identifier][currency]

    @by_hand
    def spend(self, identifier: str, amount: int, currency: str = "usd") -> None:
        """The payee takes money to his bank: it cannot be called back."""
        self._balances[identifier][currency] -= amount

    def payee(self, identifier: str) -> Object:
        """An account that can be paid. Raises ApiError."""
        account = self.world.objects.get(identifier)
        if account is None or account["object"] != "account":
            raise missing("destination", identifier, "destination", 400)
        if account["capabilities"]["transfers"] != "active":
            raise invalid(
                "Your destination account needs to have at least one of the following "
                "capabilities enabled: transfers, crypto_transfers, legacy_payments",
                code="insufficient_capabilities_for_transfer",
            )
        return account

    def move(self, identifier: str, amount: int, currency: str) -> None:
        """Add to a balance, or take from it. Raises ApiError when it does not suffice."""
        balance = self._balances[identifier]
        if balance[currency] + amount < 0:
            raise invalid(
                "The destination account has insufficient funds for this reversal.",
                code="balance_insufficient",
            )
        balance[currency] += amount
