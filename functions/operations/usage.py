"""Scheduled: adds what API keys asked to their usage."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import database
from shared.telemetry import instrumented, metrics


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many requests were added."""
    done: dict[str, int] = database().service_rpc("api_usage_roll_up", {}, repeatable=True)
    metrics.add_metric("KeyRequestsCounted", MetricUnit.Count, done["requests"])
    return done


handler = instrumented(run)
