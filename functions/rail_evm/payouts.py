"""Scheduled: sends payouts from the hot wallet. Runs most of each minute. The only function that
can sign."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import database
from shared.payouts import pay
from shared.polling import poll_until_idle
from shared.telemetry import instrumented, logger, metrics

from . import settings
from .rail import EvmRail
from .signer import configured_signer


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """What became of the payouts over the rail of the event. Raises Problem when the database is
    gone: a payout that was taken on is unknown then, and the chain is asked."""
    done: Counter[str] = Counter()
    if not settings.works(event["rail"]):
        return {}
    db, alarms = database(), Counter[str]()
    network = settings.network(db, event["rail"])
    signer = configured_signer(network.rail, network.chain_id)
    with settings.nodes(network) as nodes:
        rail = EvmRail(db, nodes, signer, network, lambda alarm: alarms.update([alarm]))
        poll_until_idle(context, lambda: _paid(done, pay(db, network.rail, rail, context)))
    metrics.add_metric("HotWalletShort", MetricUnit.Count, alarms["short"])
    metrics.add_metric("ChainNonceTaken", MetricUnit.Count, alarms["chain_nonce_taken"])
    metrics.add_metric("ChainAnswersDiffer", MetricUnit.Count, alarms["chain_answers_differ"])
    metrics.add_metric("ChainPayoutsFailed", MetricUnit.Count, done["failed"])
    logger.info("paid out", extra={"rail": network.rail, **done})
    return dict(done)


def _paid(done: Counter[str], counts: Mapping[str, int]) -> bool:
    done.update(counts)
    return any(counts.values())


handler = instrumented(run)
