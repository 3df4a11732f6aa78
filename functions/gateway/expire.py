"""Scheduled: invoices whose time is over expire; held money that nobody decided about, and refunds
that nobody claimed, are kept."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.batches import run_batches
from shared.db import database
from shared.telemetry import instrumented, logger, metrics


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How much ended. Raises Problem: what is left waits for the next tick."""
    db = database()
    expired = run_batches(db, "invoices_expire", context)
    expired += run_batches(db, "invoice_refunds_expire", context)
    metrics.add_metric("InvoicesExpired", MetricUnit.Count, expired)
    logger.info("invoices expired", expired=expired)
    return {"expired": expired}


handler = instrumented(run)
