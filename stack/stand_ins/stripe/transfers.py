"""Transfers from the platform to connected accounts, and their reversal."""

from typing import Any

from stack.stand_ins.stripe.accounts import Accounts
from stack.stand_ins.stripe.books import Books
from stack.stand_ins.stripe.errors import invalid
from stack.stand_ins.stripe.form import Params
from stack.stand_ins.stripe.world import Object, World


class Transfers:
    def __init__(self, world: World, books: Books, accounts: Accounts) -> None:
        self.world = world
        self._books = books
        self._accounts = accounts

    def create(self, params: Params) -> Object:
        """POST /v1/transfers."""
        currency, amount = params["currency"].lower(), params["amount"]
        account = self._accounts.payee(params["destination"])
        available_on = None
        if source := params.get("source_transaction"):
            available_on = self._from_charge(source, amount, currency)
        elif self._books.settled(amount, currency)[0] > self._books.available(
            self._books.settled(amount, currency)[1]
        ):
            message = "You have insufficient available funds in your Stripe account."
            raise invalid(message, code="balance_insufficient")
        identifier = self.world.new_id("tr")
        posted = self._books.post(
            "transfer", -amount, currency, identifier, available_on=available_on
        )
        self._accounts.move(account["id"], amount, currency)
        transfer = self.world.add(
            {
                "id": identifier,
                "object": "transfer",
                "amount": amount,
                "amount_reversed": 0,
                "balance_transaction": posted["id"],
                "created": self.world.now(),
                "currency": currency,
                "description": params.get("description"),
                "destination": account["id"],
                "destination_payment": self.world.new_id("py"),
                "livemode": False,
                "metadata": params.get("metadata", {}),
                "reversals": _list(f"/v1/transfers/{identifier}/reversals"),
                "reversed": False,
                "source_transaction": source,
                "source_type": "card",
                "transfer_group": params.get("transfer_group"),
            }
        )
        self.world.emit("transfer.created", transfer)
        return transfer

    def reverse(self, identifier: str, params: Params) -> Object:
        """POST /v1/transfers/{id}/reversals."""
        transfer = self.world.find("transfer", identifier)
        left = transfer["amount"] - transfer["amount_reversed"]
        amount = params.get("amount", left)
        if amount > left or not left:
            message = f"Reversal amount ({amount}) is greater than the amount left ({left})"
            raise invalid(message, param="amount")
        currency = transfer["currency"]
        self._accounts.move(transfer["destination"], -amount, currency)
        reversal = self.world.add(
            {
                "id": self.world.new_id("trr"),
                "object": "transfer_reversal",
                "amount": amount,
                "balance_transaction": None,
                "created": self.world.now(),
                "currency": currency,
                "destination_payment_refund": self.world.new_id("pyr"),
                "metadata": params.get("metadata", {}),
                "source_refund": None,
                "transfer": identifier,
            }
        )
        posted = self._books.post("transfer_refund", amount, currency, reversal["id"])
        reversal["balance_transaction"] = posted["id"]
        transfer["amount_reversed"] += amount
        transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
        listed = transfer["reversals"]
        listed["data"].insert(0, reversal)
        self.world.emit("transfer.reversed", transfer)
        return reversal

    def _from_charge(self, source: str, amount: int, currency: str) -> int:
        """When the money of the charge is there. Raises ApiError."""
        charge = self.world.find("charge", source, "source_transaction", 400)
        if not charge["captured"] or charge["currency"] != currency:
            message = "A transfer needs a captured charge in its own currency as its source."
            raise invalid(message, param="source_transaction")
        sent = sum(
            each["amount"] - each["amount_reversed"]
            for each in self.world.of("transfer")
            if each["source_transaction"] == source
        )
        if sent + amount > charge["amount_captured"]:
            raise invalid(
                "Transfers using this transaction as a source must not exceed the source amount "
                f"of {charge['amount_captured']}. (There is already a transfer using this "
                f"source, amounting to a total of {sent}.)",
                param="amount",
            )
        posted = self.world.objects[charge["balance_transaction"]]
        return int(posted["available_on"])


def _list(url: str) -> dict[str, Any]:
    return {"object": "list", "data": [], "has_more": False, "url": url}
