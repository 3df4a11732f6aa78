"""Submits evidence against chargebacks: once each, in time."""

from hashlib import sha256
from typing import Any, Protocol

from shared.db import Database
from shared.telemetry import logger

from .answers import told
from .connection import Connection
from .evidence import evidence_of
from .outcome import Refused
from .text import json_text

# A person has until then to submit better evidence in Stripe's dashboard; two days are left to
# try again, and the last is nobody's.
BEFORE = "3 days"


class Counted(Protocol):
    answered: int


def answer_chargebacks(db: Database, stripe: Connection, done: Counted) -> None:
    """Hand in what is due, each by itself. Raises NotYet when Stripe does not answer."""
    for case in db.service_rpc("chargebacks_due", {"within": BEFORE}, repeatable=True):
        evidence = evidence_of(case)
        outcome = _hand_in(stripe, case["reference"], evidence)
        answered = {
            "reference": case["reference"],
            "escrow_id": case["escrow_id"],
            "outcome": outcome,
            "sha256": sha256(json_text(evidence).encode()).hexdigest(),
        }
        db.service_rpc("chargeback_answered", {"answered": answered}, repeatable=True)
        logger.info("chargeback answered", dispute=case["reference"], outcome=outcome)
        done.answered += 1


def _hand_in(stripe: Connection, dispute_id: str, evidence: dict[str, Any]) -> str:
    if told(stripe.api.dispute(dispute_id)).submission_count:
        return "submitted_before"
    sent = stripe.api.submit_evidence(dispute_id, evidence, key=f"evidence:{dispute_id}")
    if isinstance(sent, Refused):
        logger.error("evidence refused", dispute=dispute_id, code=sent.code, reason=sent.message)
        return "refused"
    told(sent)
    return "submitted"
