"""Scheduled: sends transfers to payees' accounts and refunds to payers' cards. Runs most of each
minute."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import database
from shared.payouts import pay
from shared.polling import poll_until_idle
from shared.telemetry import instrumented, logger, metrics

from .books import RAIL
from .card_rail import CardRail
from .connection import Connection

_NAMES = ("confirmed", "submitted", "failed", "postponed", "unknown", "polled", "lost")


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Payments by what was recorded. Raises Problem when the database is gone."""
    db, rail = database(), CardRail(Connection())
    paid = dict.fromkeys(_NAMES, 0)

    def poll() -> bool:
        done = pay(db, RAIL, rail, context)
        for name, count in done.items():
            paid[name] += count
        return any(done.values())

    poll_until_idle(context, poll)
    metrics.add_metric("CardPayoutsFailed", MetricUnit.Count, paid["failed"])
    metrics.add_metric("CardPayoutsUnknown", MetricUnit.Count, paid["unknown"])
    logger.info("card payouts", extra=paid)
    return paid


handler = instrumented(run)
