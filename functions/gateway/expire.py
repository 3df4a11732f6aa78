"""Scheduled: invoices whose time is over expire, and held money that nobody decided about is
kept."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.batches import run_batches
from shared.db import database
from shared.telemetry import instrumented, logger, metrics


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How much ended. Raises Problem: what is left waits for the next tick."""
    expired = run_batches(database(), "invoices_expire", context)
    metrics.add_metric("InvoicesExpired", MetricUnit.Count, expired)
    logger.info("invoices expired", expired=expired)
    return {"expired": expired}


handler = instrumented(run)
