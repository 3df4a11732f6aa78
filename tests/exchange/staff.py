"""Who is neither buyer nor seller: arbiters and the operator, each a client like any other."""

from typing import cast
from uuid import uuid4

from tests.exchange import choose_move
from tests.exchange.choose_move import Move, Row
from tests.exchange.client import ESCROW, LIVE, Client
from tests.exchange.traders import Trader


class Arbiter(Client):
    """Decides what was given to them."""

    def turn(self) -> None:
        query = self.rest.table("escrow_transactions").select(ESCROW).eq("state", "disputed")
        for escrow in cast("list[Row]", query.limit(500).execute().data):
            if move := choose_move.of_arbiter(self.rng, escrow):
                self.move(escrow["id"], move)


class Operator(Client):
    """Books money in, stops what looks wrong for a while, closes cases."""

    def deposit(self, trader: Trader, amount: str) -> None:
        body = {
            "party_id": trader.id, "currency": "BTC", "amount": amount, "reference": str(uuid4()),
        }  # fmt: skip
        answer = self.command("deposit", "/deposits", body, "aal2")
        assert answer.status == 200, answer.body

    def verify(self, trader: Trader) -> None:
        """Who has shown everything has the limits of the highest tier that has any."""
        for flag in ("phone", "id_document", "address", "biometric"):
            body = {"flag": flag, "reason": "It was shown."}
            answer = self.command("verify", f"/profiles/{trader.id}/verify", body, "aal2")
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

    def lift_holds(self) -> None:
        """At the end of the day nothing stays frozen."""
        for trade in self._frozen():
            self.move(trade, Move("unfreeze"))

    def _frozen(self) -> list[str]:
        query = self.rest.table("escrow_transactions").select("id").in_("state", LIVE)
        rows = cast("list[Row]", query.not_.is_("frozen_at", "null").execute().data)
        return [row["id"] for row in rows]
