"""Scheduled each day: books and chain are compared, and what each deposit address holds is kept."""

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.comparisons import compare
from shared.db import database
from shared.telemetry import instrumented, logger, metrics

from . import settings
from .figures import ChainFigures, NodesDiffer


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """What was compared, over the rail of the event. Raises NoFigures, Problem: the schedule tries
    again, an alarm rings."""
    if not settings.works(event["rail"]):
        return {}
    db = database()
    network = settings.network(db, event["rail"])
    with settings.nodes(network) as nodes:
        figures = ChainFigures(db, nodes, network, settings.hot_wallet())
        try:
            done = compare(db, network.rail, figures)
        except NodesDiffer:
            metrics.add_metric("ChainAnswersDiffer", MetricUnit.Count, 1)
            db.service_rpc("chain_alarm", {"kind": "chain_answers_differ"}, repeatable=True)
            raise
    logger.info("compared", extra={"rail": network.rail, **done})
    return done


handler = instrumented(run)
