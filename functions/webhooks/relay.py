"""Scheduled: moves events out of the outbox, and messages into the queues. Runs most of each
minute."""

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import Database, database
from shared.polling import poll_until_idle
from shared.queues import put
from shared.telemetry import instrumented, logger, metrics

from .attempt_rules import SCHEDULE


@dataclass(slots=True)
class Relayed:
    """events: taken from the outbox. messages and notifications: made of them. queued:
    messages that the queues took, new ones and those due again."""

    events: int = 0
    messages: int = 0
    notifications: int = 0
    queued: int = 0


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """What was relayed. Works until nothing waits, and then polls each second for
    HOLDFAST_POLL_SECONDS. Raises Problem when the database is gone: the next tick goes on."""
    db, done = database(), Relayed()
    poll_until_idle(context, lambda: _round(db, done))
    metrics.add_metric("EventsRelayed", MetricUnit.Count, done.events)
    metrics.add_metric("WebhooksQueued", MetricUnit.Count, done.queued)
    logger.info("relayed", extra=asdict(done))
    return asdict(done)


def _round(db: Database, done: Relayed) -> bool:
    """One poll of outbox and deliveries; whether there was something."""
    relayed = db.service_rpc("outbox_relay", {}, repeatable=True)
    done.events += relayed["events"]
    done.messages += relayed["messages"]
    done.notifications += relayed["notifications"]
    # An answer that is lost here comes back when its lease ends.
    due = db.service_rpc("webhook_enqueue", {"schedule": SCHEDULE}, repeatable=True)
    queued = _enqueue(due)
    done.queued += queued
    return bool(relayed["events"] or queued)


def _enqueue(due: Sequence[dict[str, Any]]) -> int:
    """How many of the messages their queues took. An endpoint that fails or is slow holds its
    sender: those wait behind each other only."""
    lanes = {"fast": "HOLDFAST_WEBHOOK_QUEUE_URL", "slow": "HOLDFAST_WEBHOOK_SLOW_QUEUE_URL"}
    return sum(
        put(os.environ[queue], [_body(each) for each in due if each["lane"] == lane])
        for lane, queue in lanes.items()
    )


def _body(message: dict[str, Any]) -> dict[str, Any]:
    return {name: message[name] for name in ("delivery_id", "attempt")}


handler = instrumented(run)
