"""Scheduled: compute the public figures of traders whose trades have ended."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import database
from shared.telemetry import instrumented, logger, metrics

BATCH = 500
# One batch takes well under a second; this leaves time to answer and to flush.
MARGIN_MS = 10_000


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many causes were dealt with. Raises Problem: what is left waits for the next tick."""
    db, refreshed = database(), 0
    while context.get_remaining_time_in_millis() > MARGIN_MS:
        # Repeatable: what the first time dealt with is gone from the queue.
        batch = int(db.service_rpc("reputation_refresh", {"max_rows": BATCH}, repeatable=True))
        refreshed += batch
        if batch < BATCH:
            break
    metrics.add_metric("ReputationsRefreshed", MetricUnit.Count, refreshed)
    logger.info("reputations refreshed", refreshed=refreshed)
    return {"refreshed": refreshed}


handler = instrumented(run)
