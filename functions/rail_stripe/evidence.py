"""The text of the evidence against a chargeback. Pure: no I/O."""

from collections.abc import Iterable, Mapping
from typing import Any

# Stripe's limits of a text and of all together are 20,000 and 150,000 characters.
_MOST = 19_000


def evidence_of(case: Mapping[str, Any]) -> dict[str, str]:
    """Fields of Stripe's evidence from a case of service.chargebacks_due."""
    fields = {
        "product_description": _agreed(case),
        "uncategorized_text": _delivered(case),
        "access_activity_log": _history(case["events"]),
    }
    if case["deliveries"]:
        fields["service_date"] = case["deliveries"][0]["delivered_at"][:10]
    return {name: text for name, text in fields.items() if text}


def _agreed(case: Mapping[str, Any]) -> str:
    contract = case["contract"]
    if not contract:
        return ""
    lines = [
        f"{contract['title']}",
        contract["description"],
        f"Part of contract {contract['contract_id']}, made {contract['made_at']}.",
        f"Both sides signed the same bytes: sha256 {contract['document_hash']}.",
    ]
    for signature in contract["signatures"]:
        lines.append(
            f"Signed by the {signature['role']} at {signature['signed_at']} with a second factor"
            f" (sha256 {signature['document_hash']})."
        )
    return _cut(lines)


def _delivered(case: Mapping[str, Any]) -> str:
    lines = [
        f"Money was held in escrow {case['escrow_id']} until the buyer accepted or the time to"
        " inspect was over. The seller performed:",
    ]
    for each in case["deliveries"]:
        lines.append(f"Delivery {each['revision'] + 1} at {each['delivered_at']}: {each['note']}")
        lines += [f"  file handed over, sha256 {sha256}" for sha256 in each["files"]]
    return _cut(lines)


def _history(events: Iterable[Mapping[str, Any]]) -> str:
    lines = ["Every move of the escrow, in order, chained by sha256:"]
    for each in events:
        lines.append(
            f"{each['at']} {each['event']} by {each['by']}, then {each['state']} ({each['hash']})"
        )
    return _cut(lines)


def _cut(lines: Iterable[str]) -> str:
    text = "\n".join(lines)
    return text if len(text) <= _MOST else text[:_MOST] + "\n(cut)"
