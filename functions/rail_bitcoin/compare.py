"""Scheduled each day: books and chain are compared, and what each deposit address holds is kept."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.comparisons import compare
from shared.db import database
from shared.telemetry import instrumented, logger, metrics

from . import settings
from .figures import CoinFigures, NodesDiffer

# A node looks through all that nothing has spent: minutes, on a chain that is used.
_PATIENCE_SECONDS = 400.0


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """What was compared, over the rail of the event. Raises NoFigures, Problem: the schedule tries
    again, an alarm rings."""
    if not settings.works(event["rail"]):
        return {}
    db = database()
    chain = settings.chain(db, event["rail"])
    with settings.nodes(chain, _PATIENCE_SECONDS) as nodes:
        try:
            done = compare(db, chain.rail, CoinFigures(db, nodes, chain))
        except NodesDiffer:
            metrics.add_metric("ChainAnswersDiffer", MetricUnit.Count, 1)
            db.service_rpc("chain_alarm", {"kind": "chain_answers_differ"}, repeatable=True)
            raise
    logger.info("compared", extra={"rail": chain.rail, **done})
    return done


handler = instrumented(run)
