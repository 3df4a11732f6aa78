"""Scheduled: carries out erasures whose wait is over, step by step."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.batches import BATCH, MARGIN_MS
from shared.db import database
from shared.telemetry import instrumented, logger, metrics


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many steps were made, rows erased, and persons of whom nothing is left.

    Raises Problem: what is left is due again in an hour."""
    db = database()
    done = {"steps": 0, "rows": 0, "erased": 0}
    while context.get_remaining_time_in_millis() > MARGIN_MS:
        # Repeatable: a step finds by itself what is left to do.
        step = db.service_rpc("erasures_step", {"max_rows": BATCH}, repeatable=True)
        if step is None:
            break
        done["steps"] += 1
        done["rows"] += step["rows"]
        done["erased"] += step["state"] == "erased"
    metrics.add_metric("PersonsErased", MetricUnit.Count, done["erased"])
    logger.info("erasures", extra=done)
    return done


handler = instrumented(run)
