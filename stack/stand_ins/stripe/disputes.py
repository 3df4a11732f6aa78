"""Disputes: the payer's bank takes the money back and asks questions."""

from datetime import timedelta

from stack.stand_ins.stripe.books import Books, dispute_fee
from stack.stand_ins.stripe.errors import invalid, unfit
from stack.stand_ins.stripe.form import Params
from stack.stand_ins.stripe.world import Object, World, by_hand

_OPEN = ("needs_response", "under_review")
# The fields of text and files that evidence has.
EVIDENCE = (
    "access_activity_log", "billing_address", "cancellation_policy",
    "cancellation_policy_disclosure", "cancellation_rebuttal", "customer_communication",
    "customer_email_address", "customer_name", "customer_purchase_ip", "customer_signature",
    "duplicate_charge_documentation", "duplicate_charge_explanation", "duplicate_charge_id",
    "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
    "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address",
    "shipping_carrier", "shipping_date", "shipping_documentation", "shipping_tracking_number",
    "uncategorized_file", "uncategorized_text",
)  # fmt: skip


class Disputes:
    def __init__(self, world: World, books: Books) -> None:
        self.world = world
        self._books = books
        world.sweeps.append(self._lapse)

    def update(self, identifier: str, params: Params) -> Object:
        """POST /v1/disputes/{id}: evidence, submitted unless submit=false."""
        dispute = self.world.find("dispute", identifier, "dispute")
        evidence = params.get("evidence", {})
        for name in evidence:
            if name not in EVIDENCE:
                message = f"Received unknown parameter: evidence[{name}]"
                raise unfit(message, "parameter_unknown", f"evidence[{name}]")
        if dispute["status"] not in _OPEN:
            raise invalid("This dispute is already closed")
        if dispute["status"] != "needs_response" and evidence:
            raise invalid("Evidence has already been submitted for this dispute.")
        dispute["metadata"] |= params.get("metadata", {})
        dispute["evidence"] |= evidence
        details = dispute["evidence_details"]
        details["has_evidence"] = details["has_evidence"] or bool(evidence)
        if params.get("submit", True) and details["has_evidence"]:
            details |= {"submission_count": 1, "submission_method": "manual"}
            dispute["status"] = "under_review"
        self.world.emit("charge.dispute.updated", dispute)
        return dispute

    def close(self, identifier: str, params: Params) -> Object:
        """POST /v1/disputes/{id}/close: give it up."""
        dispute = self._undecided(identifier)
        self._end(dispute, "lost")
        return dispute

    @by_hand
    def open(
        self,
        charge_id: str,
        amount: int | None = None,
        reason: str = "fraudulent",
        due_in: timedelta = timedelta(days=7),
    ) -> Object:
        """The payer disputes a charge: the money and the fee are gone at once."""
        return self.begin(self.world.find("charge", charge_id), amount, reason, due_in)

    def begin(
        self,
        charge: Object,
        amount: int | None = None,
        reason: str = "fraudulent",
        due_in: timedelta = timedelta(days=7),
    ) -> Object:
        """open(), from inside."""
        dispute = self._new(charge, amount or charge["amount_captured"], reason, due_in)
        charge["disputed"] = True
        self.world.emit("charge.dispute.created", dispute)
        self._post(dispute, -dispute["amount"], dispute_fee(), "dispute")
        self.world.emit("charge.dispute.funds_withdrawn", dispute)
        return dispute

    @by_hand
    def ask(self, charge_id: str, amount: int | None = None) -> Object:
        """The payer's bank asks about a charge: an inquiry, no money moves."""
        charge = self.world.find("charge", charge_id)
        dispute = self._new(
            charge, amount or charge["amount_captured"], "fraudulent", timedelta(days=7)
        )
        dispute |= {"status": "warning_needs_response", "is_charge_refundable": True}
        self.world.emit("charge.dispute.created", dispute)
        return dispute

    @by_hand
    def let_go(self, identifier: str) -> Object:
        """The bank has no further question."""
        dispute = self.world.find("dispute", identifier, "dispute")
        self._end(dispute, "warning_closed")
        return dispute

    @by_hand
    def escalate(self, identifier: str) -> Object:
        """An inquiry becomes a chargeback: now the money and the fee are gone."""
        dispute = self.world.find("dispute", identifier, "dispute")
        self.world.find("charge", dispute["charge"])["disputed"] = True
        dispute |= {"status": "needs_response", "is_charge_refundable": False}
        self.world.emit("charge.dispute.updated", dispute)
        self._post(dispute, -dispute["amount"], dispute_fee(), "dispute")
        self.world.emit("charge.dispute.funds_withdrawn", dispute)
        return dispute

    @by_hand
    def overturn(self, identifier: str) -> Object:
        """The bank changes its mind: what was lost is won after all."""
        dispute = self.world.find("dispute", identifier, "dispute")
        if dispute["status"] != "lost":
            raise invalid("This dispute was not lost")
        dispute["status"] = "won"
        self.world.emit("charge.dispute.updated", dispute)
        self._post(dispute, dispute["amount"], 0, "dispute_reversal")
        self.world.emit("charge.dispute.funds_reinstated", dispute)
        return dispute

    @by_hand
    def win(self, identifier: str, *, fee_returned: bool = False) -> Object:
        """The bank decides for us: the money comes back, the fee as agreed."""
        dispute = self._undecided(identifier)
        fee = -dispute_fee() if fee_returned else 0
        self._end(dispute, "won")
        self._post(dispute, dispute["amount"], fee, "dispute_reversal")
        self.world.emit("charge.dispute.funds_reinstated", dispute)
        return dispute

    @by_hand
    def lose(self, identifier: str) -> Object:
        """The bank decides for the payer: nothing comes back."""
        dispute = self._undecided(identifier)
        self._end(dispute, "lost")
        return dispute

    def _undecided(self, identifier: str) -> Object:
        dispute = self.world.find("dispute", identifier, "dispute")
        if dispute["status"] not in _OPEN:
            raise invalid("This dispute is already closed")
        return dispute

    def _end(self, dispute: Object, status: str) -> None:
        dispute["status"] = status
        self.world.emit("charge.dispute.closed", dispute)

    def _lapse(self) -> None:
        """Who does not answer in time has lost."""
        for dispute in self.world.of("dispute"):
            due_by = dispute["evidence_details"]["due_by"]
            if dispute["status"] == "needs_response" and self.world.now() >= due_by:
                self._end(dispute, "lost")

    def _post(self, dispute: Object, amount: int, fee: int, category: str) -> None:
        posted = self._books.post(
            "adjustment",
            amount,
            dispute["currency"],
            dispute["id"],
            category=category,
            fee=fee,
            description="Chargeback withdrawal" if amount < 0 else "Chargeback reversal",
        )
        dispute["balance_transactions"].append(posted)

    def _new(self, charge: Object, amount: int, reason: str, due_in: timedelta) -> Object:
        now = self.world.now()
        return self.world.add(
            {
                "id": self.world.new_id("du"),
                "object": "dispute",
                "amount": amount,
                "balance_transactions": [],
                "charge": charge["id"],
                "created": now,
                "currency": charge["currency"],
                "enhanced_eligibility_types": [],
                "evidence": dict.fromkeys(EVIDENCE) | {"enhanced_evidence": {}},
                "evidence_details": {
                    "due_by": now + int(due_in.total_seconds()),
                    "enhanced_eligibility": {},
                    "has_evidence": False,
                    "past_due": False,
                    "submission_count": 0,
                    "submission_method": "not_submitted",
                },
                "is_charge_refundable": False,
                "livemode": False,
                "metadata": {},
                "payment_intent": charge["payment_intent"],
                "payment_method_details": {
                    "card": {
                        "brand": "visa", "case_type": "chargeback", "network": "visa",
                        "network_reason_code": "10",
                    },
                    "type": "card",
                },
                "reason": reason,
                "status": "needs_response",
            }
        )  # fmt: skip
