"""Scheduled each day: books and Stripe are compared."""

from typing import Any

from shared.comparisons import compare
from shared.db import database
from shared.telemetry import instrumented, logger

from .books import RAIL
from .connection import Connection
from .figures import CardFigures


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """What was compared. Raises NoFigures, Problem: the schedule tries again, an alarm rings."""
    done = compare(database(), RAIL, CardFigures(Connection()))
    logger.info("compared", extra={"rail": RAIL, **done})
    return done


handler = instrumented(run)
