"""Scheduled: keeps money in its party's balance when the payout could not be sent in time."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.batches import run_batches
from shared.db import database
from shared.telemetry import instrumented, logger, metrics


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many payments were kept. Raises Problem: what is left waits for the next tick."""
    kept = run_batches(database(), "payouts_expire", context)
    metrics.add_metric("PayoutsKept", MetricUnit.Count, kept)
    logger.info("payments kept", kept=kept)
    return {"kept": kept}


handler = instrumented(run)
