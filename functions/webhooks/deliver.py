"""The sender behind the queue: claims a message, signs it, sends it, records the outcome."""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import Database, database, warm_up
from shared.errors import Problem
from shared.records import FAILED, outcomes_of, to_come_again
from shared.telemetry import instrumented, logger, metrics

from .attempt_rules import Verdict, decide, spread_of
from .message import message_of
from .send import Answer, post


def run(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """The messages of a batch that must come again: those about which the database could
    not be asked, or that cannot be read. A receiver that fails is no failure here."""
    records = event["Records"]
    outcomes = outcomes_of(records, _deliver)
    for outcome in ("succeed", "retry", "exhaust", "gone"):
        if count := outcomes.count(outcome):
            metrics.add_metric(f"Webhooks{outcome.capitalize()}", MetricUnit.Count, count)
    return to_come_again(records, outcomes)


def _deliver(record: Mapping[str, Any]) -> str:
    """The outcome of one record: of the attempt, "moved_on" when there is none to make, or
    "failed"."""
    try:
        asked = json.loads(record["body"])
        delivery_id, attempt = str(UUID(asked["delivery_id"])), int(asked["attempt"])
        return _attempt(database(), delivery_id, attempt)
    except Problem as problem:
        logger.warning("message not handled", code=problem.slug)
    except Exception:
        logger.exception("message not handled")
    return FAILED


def _attempt(db: Database, delivery_id: str, attempt: int) -> str:
    named = {"delivery_id": delivery_id, "attempt": attempt}
    # Not repeatable: the second claim would find its own first one in the way.
    claimed = db.service_rpc("webhook_claim", named)
    if claimed is None:
        return "moved_on"
    message = message_of(claimed)
    local = os.environ.get("HOLDFAST_WEBHOOKS_LOCAL") == "1"
    answer = post(claimed["url"], message.headers, message.body, local=local)
    verdict = decide(
        answer.status,
        answer.retry_after,
        claimed["schedule_step"],
        spread_of(delivery_id, attempt),
        datetime.fromisoformat(claimed["now"]),
    )
    db.service_rpc("webhook_record", {**named, **_result(answer, verdict)}, repeatable=True)
    logger.info("sent", delivery_id=delivery_id, attempt=attempt, status=answer.status,
                error=answer.error, outcome=verdict.outcome)  # fmt: skip
    return verdict.outcome


def _result(answer: Answer, verdict: Verdict) -> dict[str, Any]:
    return {
        "outcome": verdict.outcome,
        "next_in_ms": verdict.next_in_ms,
        "pause_in_ms": verdict.pause_in_ms,
        "status_code": answer.status,
        "duration_ms": answer.duration_ms,
        "error": answer.error,
        "answer": answer.body,
    }


warm_up()
handler = instrumented(run)
