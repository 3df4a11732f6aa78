"""Scheduled: the timer of escrows, orders, cases, requests of operators and resets of second
factors."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import Database, database
from shared.errors import Problem
from shared.telemetry import instrumented, logger, metrics

from .sweep import BATCH, sweep

# One batch takes well under a second; this leaves time to answer and to flush.
MARGIN_MS = 10_000


def run(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """What the sweep did. Raises Problem when the database is gone: the next tick goes on."""
    done, credit_failed = _sweep(context)
    metrics.add_metric("EscrowTimersMoved", MetricUnit.Count, done["moved"])
    metrics.add_metric("EscrowTimersFailed", MetricUnit.Count, done["failed"])
    metrics.add_metric("EscrowTimersFailing", MetricUnit.Count, done["failing"])
    metrics.add_metric("SetbacksStuck", MetricUnit.Count, done["stuck"])
    metrics.add_metric("HaltsOld", MetricUnit.Count, done["old_halts"])
    metrics.add_metric("EscrowOverdueSeconds", MetricUnit.Seconds, done["overdue_seconds"])
    logger.info("swept", extra=done)
    if credit_failed:
        raise credit_failed
    return done


def _sweep(context: Any) -> tuple[dict[str, Any], Problem | None]:

    def time_left() -> bool:
        return int(context.get_remaining_time_in_millis()) > MARGIN_MS

    db = database()
    # Before anything acts by the clock: was the sweep itself away?
    found = int(db.service_rpc("sweep_begin", {}, repeatable=True))
    if found:
        logger.error("the timers stood still: time is given back", outages=found)
    # Who lost time to an outage has it back before a timer acts on it.
    credited, credit_failed = 0, None
    try:
        while time_left() and (batch := int(db.service_rpc("outage_credit", {"max_rows": BATCH}))):
            credited += batch
    except Problem as problem:
        # The database keeps timers off what still has time to get back; the others go on.
        logger.exception("outage credit failed")
        credit_failed = problem
    swept = sweep(db, time_left)
    failing = db.service_rpc("escrow_timers_failing", {}, repeatable=True)
    # What waits after a failure is late too, though no tick sees it.
    overdue = max(swept.overdue, float(failing["overdue_seconds"]))
    done = {
        "credited": credited,
        "moved": swept.moved,
        "lost": swept.lost,
        "failed": swept.failed,
        "failing": failing["failing"],
        "overdue_seconds": round(overdue, 3),
        "orders": _close(db, "orders_expire", time_left),
        "cases": _close(db, "escrow_cases_expire", time_left),
        "requests": _close(db, "operator_requests_expire", time_left),
        "halts_ended": _close(db, "halts_end", time_left),
        "old_halts": int(db.service_rpc("halts_old", {}, repeatable=True)),
        "factor_resets": _close(db, "factor_resets_end", time_left),
        "stuck": int(db.service_rpc("setbacks_stuck", {}, repeatable=True)),
    }
    return done, credit_failed


def _close(db: Database, name: str, time_left: Callable[[], bool]) -> int:
    closed = 0
    while time_left():
        batch = int(db.service_rpc(name, {"max_rows": BATCH}))
        closed += batch
        if batch < BATCH:
            break
    return closed


handler = instrumented(run)
