"""Scheduled: hands messages to people to the queue when their time has come. Runs most of each
minute."""

import os
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import Database, database
from shared.polling import poll_until_idle
from shared.queues import put
from shared.telemetry import instrumented, logger, metrics


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many messages the queue took. Raises Problem when the database is gone: the next tick
    goes on."""
    db, done = database(), {"queued": 0}
    poll_until_idle(context, lambda: _round(db, done))
    metrics.add_metric("MessagesQueued", MetricUnit.Count, done["queued"])
    logger.info("relayed", extra=done)
    return done


def _round(db: Database, done: dict[str, int]) -> bool:
    """One poll; whether there was something."""
    # An answer that is lost here comes back when its lease ends.
    due = db.service_rpc("message_enqueue", {}, repeatable=True)
    queued = put(os.environ["HOLDFAST_MAIL_QUEUE_URL"], due)
    done["queued"] += queued
    return bool(queued)


handler = instrumented(run)
