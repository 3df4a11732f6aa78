"""Scheduled: end offers and listings whose time is over."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import database
from shared.telemetry import instrumented, logger, metrics

BATCH = 500
MARGIN_MS = 10_000


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many ended. Raises Problem: what is left waits for the next tick."""
    db, expired = database(), 0
    while context.get_remaining_time_in_millis() > MARGIN_MS:
        # Repeatable: what the first time ended is no longer due.
        batch = int(db.service_rpc("market_expire", {"max_rows": BATCH}, repeatable=True))
        expired += batch
        if batch < BATCH:
            break
    metrics.add_metric("MarketExpired", MetricUnit.Count, expired)
    logger.info("offers and listings expired", expired=expired)
    return {"expired": expired}


handler = instrumented(run)
