"""Scheduled: makes partitions ahead, and deletes old answers."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import database
from shared.telemetry import instrumented, logger, metrics


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many partitions were made and stored answers forgotten."""
    done: dict[str, int] = database().service_rpc("housekeeping", {}, repeatable=True)
    metrics.add_metric("PartitionsMade", MetricUnit.Count, done["partitions"])
    logger.info("housekeeping", extra=done)
    return done


handler = instrumented(run)
