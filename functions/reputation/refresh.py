"""Scheduled: computes the public figures of traders whose trades have ended."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.batches import run_batches
from shared.db import database
from shared.telemetry import instrumented, logger, metrics


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many causes were dealt with. Raises Problem: what is left waits for the next tick."""
    refreshed = run_batches(database(), "reputation_refresh", context)
    metrics.add_metric("ReputationsRefreshed", MetricUnit.Count, refreshed)
    logger.info("reputations refreshed", refreshed=refreshed)
    return {"refreshed": refreshed}


handler = instrumented(run)
