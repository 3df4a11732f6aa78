"""Refunds: money back to the payer, at once, later or not at all."""

from stack.stand_ins.stripe.books import Books
from stack.stand_ins.stripe.errors import invalid, unfit
from stack.stand_ins.stripe.form import Params
from stack.stand_ins.stripe.world import Object, World, by_hand


class Refunds:
    def __init__(self, world: World, books: Books) -> None:
        self.world = world
        self._books = books
        self._slow = 0
        world.sweeps.append(self._continue)

    def create(self, params: Params) -> Object:
        """POST /v1/refunds."""
        charge = self._charge(params)
        left = charge["amount_captured"] - charge["amount_refunded"]
        amount = params.get("amount", left)
        if not left:
            message = f"Charge {charge['id']} has already been refunded."
            raise invalid(message, code="charge_already_refunded")
        if amount > left:
            message = f"Refund amount ({amount}) is greater than unrefunded amount on charge"
            raise invalid(f"{message} ({left})", param="amount")
        refund = self._new(charge, amount, params)
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        if self._slow:
            self._slow -= 1
            refund["pending_reason"] = "processing"
        elif not self._is_there(amount, charge["currency"]):
            refund["pending_reason"] = "insufficient_funds"
        else:
            self._pay(refund)
        self.world.emit("refund.created", refund)
        self.world.emit("charge.refunded", charge)
        return refund

    @by_hand
    def delay(self, times: int = 1) -> None:
        """The next refunds stay pending until settle() or fail()."""
        self._slow = times

    @by_hand
    def settle(self, identifier: str) -> Object:
        """A pending refund arrives."""
        refund = self.world.find("refund", identifier)
        self._pay(refund)
        self._tell(refund, "refund.updated")
        return refund

    @by_hand
    def fail(self, identifier: str, reason: str = "expired_or_canceled_card") -> Object:
        """The payer's bank sends a refund back, even one that had succeeded."""
        refund = self.world.find("refund", identifier)
        charge = self.world.objects[refund["charge"]]
        if refund["balance_transaction"]:
            back = self._books.post(
                "refund_failure", refund["amount"], refund["currency"], identifier
            )
            refund["failure_balance_transaction"] = back["id"]
        refund |= {"status": "failed", "failure_reason": reason, "pending_reason": None}
        charge["amount_refunded"] -= refund["amount"]
        charge["refunded"] = False
        self._tell(refund, "refund.failed")
        return refund

    def _charge(self, params: Params) -> Object:
        if intent_id := params.get("payment_intent"):
            intent = self.world.find("payment_intent", intent_id, "payment_intent")
            charge = self.world.objects.get(intent["latest_charge"] or "", {})
        elif charge_id := params.get("charge"):
            charge = self.world.find("charge", charge_id, "charge")
        else:
            message = "One of the following params should be provided: payment_intent or charge."
            raise unfit(message, "parameter_missing", "payment_intent")
        if not charge.get("captured"):
            raise invalid("This PaymentIntent does not have a successful charge to refund.")
        if charge["disputed"]:
            self._undisputed(charge)
        return charge

    def _undisputed(self, charge: Object) -> None:
        for dispute in self.world.of("dispute"):
            if dispute["charge"] == charge["id"] and dispute["status"] != "won":
                message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
                raise invalid(message, code="charge_disputed")

    def _is_there(self, amount: int, currency: str) -> bool:
        due, code = self._books.settled(amount, currency)
        return due <= self._books.totals().get(code, 0)

    def _pay(self, refund: Object) -> None:
        posted = self._books.post("refund", -refund["amount"], refund["currency"], refund["id"])
        refund |= {
            "status": "succeeded",
            "pending_reason": None,
            "balance_transaction": posted["id"],
        }

    def _continue(self) -> None:
        for refund in self.world.of("refund"):
            waits = refund["pending_reason"] == "insufficient_funds"
            if waits and self._is_there(refund["amount"], refund["currency"]):
                self._pay(refund)
                self._tell(refund, "refund.updated")

    def _tell(self, refund: Object, kind: str) -> None:
        self.world.emit(kind, refund)
        self.world.emit("charge.refund.updated", refund)

    def _new(self, charge: Object, amount: int, params: Params) -> Object:
        return self.world.add(
            {
                "id": self.world.new_id("re"),
                "object": "refund",
                "amount": amount,
                "balance_transaction": None,
                "charge": charge["id"],
                "created": self.world.now(),
                "currency": charge["currency"],
                "destination_details": {"card": {"type": "refund"}, "type": "card"},
                "failure_balance_transaction": None,
                "failure_reason": None,
                "metadata": params.get("metadata", {}),
                "payment_intent": charge["payment_intent"],
                "pending_reason": None,
                "reason": params.get("reason"),
                "receipt_number": None,
                "source_transfer_reversal": None,
                "status": "pending",
                "transfer_reversal": None,
            }
        )
