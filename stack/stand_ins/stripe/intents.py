"""Payment intents: from the first question to the payer until money is taken or let go."""

from collections.abc import Callable
from typing import Any

from stack.stand_ins.stripe.charges import AUTHORIZED_FOR, Card, Charges
from stack.stand_ins.stripe.errors import ApiError, invalid, unfit
from stack.stand_ins.stripe.form import Params
from stack.stand_ins.stripe.payment_intent import new_intent
from stack.stand_ins.stripe.world import Object, World, by_hand

_PAYABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
_REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
_LEAST = 50


class Intents:
    """dispute: what happens when a card that charges back was captured."""

    def __init__(self, world: World, charges: Charges, dispute: Callable[[Object], Any]) -> None:
        self.world = world
        self._charges = charges
        self._dispute = dispute
        world.sweeps.append(self._expire)

    def create(self, params: Params) -> Object:
        """POST /v1/payment_intents."""
        if params["amount"] < _LEAST:
            raise unfit("Amount must be at least $0.50 usd", "amount_too_small", "amount")
        method = params.get("capture_method", "automatic_async")
        if method not in ("automatic", "automatic_async", "manual"):
            raise unfit(f"Invalid capture_method: {method}", "parameter_invalid", "capture_method")
        intent = new_intent(self.world, params, method)
        self.world.emit("payment_intent.created", intent)
        if params.get("confirm"):
            return self.confirm(intent["id"], {"payment_method": params.get("payment_method")})
        return intent

    def confirm(self, identifier: str, params: Params) -> Object:
        """POST /v1/payment_intents/{id}/confirm. Raises ApiError 402 when the bank says no."""
        intent = self.world.find("payment_intent", identifier, "intent")
        card = params.get("payment_method") or intent["payment_method"]
        if card not in list(Card):
            raise invalid(f"No such PaymentMethod: '{card}'", code="resource_missing",
                          param="payment_method")  # fmt: skip
        self._attempt(intent, Card(card))
        failed = intent["last_payment_error"]
        if failed and intent["status"] == "requires_payment_method":
            fields = {name: failed[name] for name in ("code", "decline_code", "charge")}
            raise ApiError(402, failed["message"], kind="card_error", payment_intent=intent,
                           **fields)  # fmt: skip
        return intent

    def capture(self, identifier: str, params: Params) -> Object:
        """POST /v1/payment_intents/{id}/capture."""
        intent = self.world.find("payment_intent", identifier, "intent")
        self._must_be(intent, ("requires_capture",), "captured")
        amount = params.get("amount_to_capture") or intent["amount_capturable"]
        if amount > intent["amount_capturable"]:
            message = "The requested capture amount is greater than the amount you can capture."
            raise invalid(message, code="amount_too_large", param="amount_to_capture")
        charge = self.world.objects[intent["latest_charge"]]
        self._charges.capture(charge, amount)
        self._succeed(intent, charge, amount)
        return intent

    def cancel(self, identifier: str, params: Params) -> Object:
        """POST /v1/payment_intents/{id}/cancel."""
        reason = params.get("cancellation_reason")
        if reason is not None and reason not in _REASONS:
            message = f"Invalid cancellation_reason: must be one of {', '.join(_REASONS)}"
            raise unfit(message, "parameter_invalid", "cancellation_reason")
        intent = self.world.find("payment_intent", identifier, "intent")
        self._must_be(intent, (*_PAYABLE, "requires_capture"), "canceled")
        self._end(intent, reason, "charge.refunded")
        return intent

    @by_hand
    def pay(self, identifier: str, card: Card = Card.GOOD) -> Object:
        """What the payer does in the browser. Raises ApiError when it cannot be paid now."""
        intent = self.world.find("payment_intent", identifier, "intent")
        self._attempt(intent, card)
        return intent

    @by_hand
    def prove(self, identifier: str, *, ok: bool = True) -> Object:
        """The payer answers his bank's question about a card that NEEDS_ACTION."""
        intent = self.world.find("payment_intent", identifier, "intent")
        self._must_be(intent, ("requires_action",), "proved")
        intent["next_action"] = None
        if ok:
            self._authorize(intent, Card.GOOD)
        else:
            code = "payment_intent_authentication_failure"
            self._fail(intent, code, "We are unable to authenticate your payment method.", None)
        return intent

    def _attempt(self, intent: Object, card: Card) -> None:
        self._must_be(intent, _PAYABLE, "confirmed")
        intent |= {"payment_method": self.world.new_id("pm"), "last_payment_error": None}
        match card:
            case Card.DECLINED:
                charge = self._charges.decline(intent)
                intent["latest_charge"] = charge["id"]
                self._fail(intent, "card_declined", charge["failure_message"], charge["id"])
            case Card.NEEDS_ACTION:
                intent["status"] = "requires_action"
                intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
                self.world.emit("payment_intent.requires_action", intent)
            case _:
                self._authorize(intent, card)

    def _authorize(self, intent: Object, card: Card) -> None:
        charge = self._charges.authorize(intent)
        intent["latest_charge"] = charge["id"]
        charge["payment_method_details"]["card"]["last4"] = (
            "0259" if card is Card.CHARGED_BACK else "4242"
        )
        if intent["capture_method"] == "manual":
            intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
            self.world.emit("payment_intent.amount_capturable_updated", intent)
        else:
            self._charges.capture(charge, intent["amount"])
            self._succeed(intent, charge, intent["amount"])

    def _succeed(self, intent: Object, charge: Object, amount: int) -> None:
        intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
        self.world.emit("payment_intent.succeeded", intent)
        if charge["payment_method_details"]["card"]["last4"] == "0259":
            self._dispute(charge)

    def _fail(self, intent: Object, code: str, message: str, charge: str | None) -> None:
        intent |= {
            "status": "requires_payment_method",
            "payment_method": None,
            "last_payment_error": {
                "type": "card_error", "code": code, "message": message, "charge": charge,
                "decline_code": "generic_decline" if charge else None,
            },
        }  # fmt: skip
        self.world.emit("payment_intent.payment_failed", intent)

    def _end(self, intent: Object, reason: str | None, charge_event: str) -> None:
        if intent["status"] == "requires_capture":
            self._charges.release(self.world.objects[intent["latest_charge"]], charge_event)
        intent |= {
            "status": "canceled",
            "amount_capturable": 0,
            "canceled_at": self.world.now(),
            "cancellation_reason": reason,
            "next_action": None,
        }
        self.world.emit("payment_intent.canceled", intent)

    def _expire(self) -> None:
        for intent in self.world.of("payment_intent"):
            if intent["status"] == "requires_capture":
                charge = self.world.objects[intent["latest_charge"]]
                if self.world.now() >= charge["created"] + AUTHORIZED_FOR.total_seconds():
                    self._end(intent, "automatic", "charge.expired")

    def _must_be(self, intent: Object, statuses: tuple[str, ...], done: str) -> None:
        if intent["status"] not in statuses:
            raise invalid(
                f"This PaymentIntent could not be {done} because it has a status of "
                f"{intent['status']}. Only a PaymentIntent with one of the following statuses "
                f"may be {done}: {', '.join(statuses)}.",
                code="payment_intent_unexpected_state",
                payment_intent=intent,
            )
