"""Scheduled: end offers and listings whose time is over."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.batches import run_batches
from shared.db import database
from shared.telemetry import instrumented, logger, metrics


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many ended. Raises Problem: what is left waits for the next tick."""
    expired = run_batches(database(), "market_expire", context)
    metrics.add_metric("MarketExpired", MetricUnit.Count, expired)
    logger.info("offers and listings expired", expired=expired)
    return {"expired": expired}


handler = instrumented(run)
