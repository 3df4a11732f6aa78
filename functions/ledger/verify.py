"""Scheduled: verifies the books. Raises an alarm when a proof fails, when a loss or a refused
report is open, when books and a rail differ, or when they were not compared."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import database
from shared.telemetry import instrumented, logger, metrics

_RECENT = "25 hours"


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many problems were found, each one error line in the log, how many losses, reports that
    are not believed and differences wait for an operator, and how many rails were not compared.

    Each hour checks a day of entries, since all of them would outlast a statement in
    time; event may carry {"recent": "<interval>"}, null for everything.
    """
    recent = event.get("recent", _RECENT) if isinstance(event, dict) else _RECENT
    db = database()
    found = db.service_rpc("ledger_verify", {"recent": recent}, repeatable=True)
    for row in found:
        logger.error("ledger problem", extra=row)
    metrics.add_metric("LedgerProblems", MetricUnit.Count, len(found))
    losses: int = db.service_rpc("discrepancies_open", {}, repeatable=True)
    metrics.add_metric("DiscrepanciesOpen", MetricUnit.Count, losses)
    refused: int = db.service_rpc("refused_reports_remind", {}, repeatable=True)
    metrics.add_metric("RefusedReportsOpen", MetricUnit.Count, refused)
    db.service_rpc("unmatched_deposits_remind", {}, repeatable=True)
    differences: dict[str, int] = db.service_rpc("rail_differences_remind", {}, repeatable=True)
    metrics.add_metric("RailDifferencesOpen", MetricUnit.Count, differences["open"])
    metrics.add_metric("RailsNotCompared", MetricUnit.Count, differences["overdue"])
    return {
        "problems": len(found),
        "discrepancies": losses,
        "refused_reports": refused,
        "rail_differences": differences["open"],
        "rails_not_compared": differences["overdue"],
    }


handler = instrumented(run)
