"""A party's own wallet on a real chain: where it pays in, what comes, and what leaves."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from stack.stand_ins.chain import USDC
from stack.stand_ins.chain.accounts import Account
from tests.world.http.chain import CURRENCY, Scene

ADDRESSES = "/deposit-addresses"
ASKED = {"rail": "base", "currency": CURRENCY}


@dataclass(frozen=True)
class Wallet:
    """Of a new person. account: theirs on the chain."""

    scene: Scene
    party: UUID
    account: Account

    @classmethod
    def new(cls, scene: Scene) -> "Wallet":
        return cls(scene, scene.desk.stack.create_user(), scene.chain.person())

    def address(self) -> str:
        """Where it is paid into."""
        return str(self.scene.desk.done(self.party, ADDRESSES, ASKED)["address"])

    def pay_in(self, amount: str, token: str = USDC) -> None:
        """Its party sends money to its address, which becomes final and is credited."""
        self.scene.chain.mint(self.account.address, amount, token)
        self.scene.chain.transfer(self.account, self.address(), amount, token)
        self.scene.settle()

    def balance(self, currency: str = CURRENCY) -> tuple[Any, ...]:
        """available, pending."""
        found = self.scene.rows(
            "select available::numeric, pending::numeric from public.wallets where party_id = %s"
            " and currency = %s and type = 'spot'", self.party, currency,
        )  # fmt: skip
        return found[0] if found else (0, 0)

    def unmatched(self) -> list[dict[str, Any]]:
        """What waits in suspense, as its party reads it."""
        rows: list[dict[str, Any]] = self.scene.desk.read(
            self.party, "/unmatched_deposits?outcome=is.null&select=id,amount,currency,reference"
        )
        return rows

    def payouts(self) -> list[tuple[Any, ...]]:
        """purpose, currency, amount and state of each, as its party reads them."""
        rows = self.scene.desk.read(
            self.party, "/payouts?select=purpose,currency,amount,state&order=id"
        )
        return [(each["purpose"], each["currency"], each["amount"], each["state"]) for each in rows]

    def name_destination(self) -> str:
        """Its account on the chain; the id of the destination."""
        body = {"rail": "base", "address": self.account.address}
        named = self.scene.desk.done(self.party, "/payout-destinations", body)
        self.scene.desk.stack.tick("ScreenFunction")
        return str(named["destination_id"])
