"""For every event: the command that asks for it and a situation in which it is due."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from functions.escrow.decision import Command
from tests.world.decisions.snapshots import (
    DISPUTE,
    HELD,
    HOUR,
    NOW,
    POLICY,
    TERMS,
    hold,
    offer,
    other,
)

RULING = {
    "payer_amount": Decimal("0.04"),
    "payee_amount": Decimal("0.06"),
    "reason": "partly_paid",
    "grounds": "The bank statement shows 60 percent.",
}
EVIDENCE = {"sha256": "b" * 64, "name": "a.pdf", "media_type": "application/pdf", "size_bytes": 1}
FUNDS = {
    "amount": HELD,
    "currency": "BTC",
    "provider_time": NOW - 2 * HOUR,
    "event_id": "evt_1",
}
TAKEN_BACK = {"amount": HELD, "currency": "BTC", "reference": "dp_1"}
OUTSIDE = {"rail": "stripe"}


@dataclass(frozen=True)
class Ask:
    """word and payload of the command; fields of the snapshot it needs."""

    word: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    situation: Mapping[str, Any] = field(default_factory=dict)

    def command(self, **more: Any) -> Command:
        return Command(self.word, self.payload, **more)


def _spoken(role: str) -> dict[str, Any]:
    return {"dispute": replace(DISPUTE, statements_by=frozenset({other(role)}))}


def _accepted(role: str) -> dict[str, Any]:
    return {"dispute": replace(DISPUTE, accepted_by=frozenset({other(role)}))}


ASKS: Mapping[str, Callable[[str], Ask]] = {
    "perform": lambda role: Ask("mark-paid", {"reference": "7"}),
    "accept": lambda role: Ask("release", {"confirm": True, "payer_name_matches": True}),
    "concede": lambda role: Ask("concede"),
    "cancel": lambda role: Ask("cancel"),
    "request_revision": lambda role: Ask("request-revision"),
    "offer_split": lambda role: Ask("offer-split", {"payee_amount": Decimal("0.05")}),
    "withdraw_offer": lambda role: Ask("withdraw-offer", {}, {"offers": (offer(role),)}),
    "accept_split": lambda role: Ask(
        "accept-split", {"offer_id": f"offer-of-{other(role)}"}, {"offers": (offer(other(role)),)}
    ),
    "dispute": lambda role: Ask("dispute", {"reason": "not_paid"}),
    "statement": lambda role: Ask("statement", {"body": "I paid."}),
    "statement_reply": lambda role: Ask("statement", {"body": "Not to me."}, _spoken(role)),
    "evidence": lambda role: Ask("evidence", EVIDENCE),
    "acknowledge": lambda role: Ask("acknowledge"),
    "decide": lambda role: Ask("decide", RULING),
    "propose_decision": lambda role: Ask(
        "decide", RULING, {"policy": replace(POLICY, second_approval_above=Decimal("0.05"))}
    ),
    "approve_decision": lambda role: Ask("approve-decision"),
    "reject_decision": lambda role: Ask("reject-decision"),
    "accept_decision": lambda role: Ask("accept-decision"),
    "settle_decision": lambda role: Ask("accept-decision", {}, _accepted(role)),
    "appeal": lambda role: Ask("appeal"),
    "assign": lambda role: Ask("assign", {"arbiter_id": "00000000-0000-4000-8000-0000000a4b18"}),
    "freeze": lambda role: Ask("freeze", {"reason": "chargeback"}, OUTSIDE),
    "unfreeze": lambda role: Ask("unfreeze", {}, {"frozen": True, "holds": (hold(role),)}),
    "sign": lambda role: Ask("sign", {"terms_hash": TERMS}),
    "countersign": lambda role: Ask(
        "sign", {"terms_hash": TERMS}, {"signed_by": frozenset({other(role)})}
    ),
    "fund": lambda role: Ask("fund"),
    "funds_confirmed": lambda role: Ask("funds-confirmed", FUNDS),
    "funds_mismatch": lambda role: Ask("funds-mismatch", {**FUNDS, "reason": "under"}),
    "top_up": lambda role: Ask("top-up", FUNDS),
    "propose_partial": lambda role: Ask("propose-partial"),
    "accept_partial": lambda role: Ask(
        "accept-partial", {}, {"offers": (offer(other(role), None, "partial"),)}
    ),
    "return_funds": lambda role: Ask("return-funds"),
    "rail_return": lambda role: Ask("rail-take", TAKEN_BACK, OUTSIDE),
    "rail_void": lambda role: Ask("rail-take", TAKEN_BACK, OUTSIDE),
    "rail_take": lambda role: Ask("rail-take", {**TAKEN_BACK, "amount": HELD / 20}, OUTSIDE),
    "rail_dispute": lambda role: Ask("rail-take", {**TAKEN_BACK, "amount": HELD / 2}, OUTSIDE),
    "rail_restore": lambda role: Ask("rail-restore", TAKEN_BACK, OUTSIDE),
}
