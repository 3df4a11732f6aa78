"""Scheduled: prove that the books are whole, and raise the alarm when they are not."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import database
from shared.telemetry import instrumented, logger, metrics

_RECENT = "25 hours"


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many problems were found; each is one error line in the log.

    Each hour looks at a day of entries, since all of them would outlast a statement in
    time; event may carry {"recent": "<interval>"}, null for everything.
    """
    recent = event.get("recent", _RECENT) if isinstance(event, dict) else _RECENT
    found = database().service_rpc("ledger_verify", {"recent": recent}, repeatable=True)
    for row in found:
        logger.error("ledger problem", extra=row)
    metrics.add_metric("LedgerProblems", MetricUnit.Count, len(found))
    return {"problems": len(found)}


handler = instrumented(run)
