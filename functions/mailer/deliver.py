"""The sender behind the queue: claims a message of an event, writes it, hands it to its carrier."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import Database, database, warm_up
from shared.errors import Problem
from shared.records import FAILED, outcomes_of, to_come_again
from shared.telemetry import instrumented, logger, metrics

from .attempt_rules import next_in
from .carriers import FROM_THE_QUEUE, carrier
from .outgoing import of_event
from .provider import ProviderFailed, Refused
from .text_rules import parts_of


def run(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """The messages of a batch that must come again: those about which the database could not be
    asked, or that cannot be written. A carrier that fails is no failure here."""
    records = event["Records"]
    outcomes = outcomes_of(records, _deliver)
    for outcome in ("send", "retry", "refuse", "give_up"):
        if count := outcomes.count(outcome):
            name = "Messages" + outcome.title().replace("_", "")
            metrics.add_metric(name, MetricUnit.Count, count)
    return to_come_again(records, outcomes)


def _deliver(record: Mapping[str, Any]) -> str:
    """The outcome of one record: of the attempt, "moved_on" when there is none to make, or
    "failed"."""
    try:
        asked = json.loads(record["body"])
        named = {"delivery_id": str(UUID(asked["delivery_id"])), "attempt": int(asked["attempt"])}
        return _attempt(database(), named)
    except Problem as problem:
        logger.warning("message not handled", code=problem.slug)
    except Exception as error:
        # Not its words: they may hold an address or a text.
        logger.error("message not handled", error=type(error).__name__)
    return FAILED


def _attempt(db: Database, named: dict[str, Any]) -> str:
    # Not repeatable: the second claim would find its own first one in the way.
    claimed = db.service_rpc("message_claim", named)
    if claimed is None:
        return "moved_on"
    if "limit_met" in claimed:
        metrics.add_metric("MessagesLimitMet", MetricUnit.Count, 1)
        return "moved_on"
    result: dict[str, Any]
    try:
        outgoing, language = of_event(named["delivery_id"], claimed)
        carries = carrier(claimed["channel"], FROM_THE_QUEUE)
        sent = carries.send(outgoing)
        units = parts_of(outgoing.text) if claimed["channel"] == "sms" else 1
        result = {"outcome": "send", "provider": carries.name, "provider_message_id": sent,
                  "language": language, "units": units}  # fmt: skip
    except Refused as error:
        result = {"outcome": "refuse", "detail": str(error)}
    except ProviderFailed as error:
        result = _later(named["attempt"], str(error), error.retry_after)
    except Problem as problem:
        # Something of it is not set up yet.
        result = _later(named["attempt"], problem.slug, 0)
    db.service_rpc("message_record", {**named, **result}, repeatable=True)
    logger.info("sent", delivery_id=named["delivery_id"], attempt=named["attempt"],
                outcome=result["outcome"], reason=result.get("detail", ""))  # fmt: skip
    return str(result["outcome"])


def _later(attempt: int, detail: str, retry_after: int) -> dict[str, Any]:
    wait = next_in(attempt, retry_after)
    return {"outcome": "give_up" if wait is None else "retry", "next_in": wait, "detail": detail}


warm_up()
handler = instrumented(run)
