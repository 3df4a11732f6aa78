"""Scheduled: advance the wallets whose entries are only appended."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import database
from shared.telemetry import instrumented, metrics


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many wallets moved. Raises Problem, so that the schedule tries again."""
    wallets = int(database().service_rpc("ledger_rollup", {}, repeatable=True))
    metrics.add_metric("WalletsRolledUp", MetricUnit.Count, wallets)
    return {"wallets": wallets}


handler = instrumented(run)
