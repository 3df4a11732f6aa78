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
from .rail import BaseRail
from .signer import configured_signer


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """What became of the payouts. Raises Problem when the database is gone: a payout that was
    taken on is unknown then, and the chain is asked."""
    chain = settings.chain_id()
    done: Counter[str] = Counter()
    if chain is None:
        return {}
    db, alarms = database(), Counter[str]()
    with settings.nodes(chain) as nodes:
        rail = BaseRail(
            db, nodes, configured_signer(chain), settings.tokens(db, chain), settings.fee_limits(),
            lambda alarm: alarms.update([alarm]),
        )  # fmt: skip
        poll_until_idle(context, lambda: _paid(done, pay(db, settings.RAIL, rail, context)))
    metrics.add_metric("HotWalletShort", MetricUnit.Count, alarms["short"])
    metrics.add_metric("ChainNonceTaken", MetricUnit.Count, alarms["chain_nonce_taken"])
    metrics.add_metric("ChainAnswersDiffer", MetricUnit.Count, alarms["chain_answers_differ"])
    metrics.add_metric("ChainPayoutsFailed", MetricUnit.Count, done["failed"])
    logger.info("paid out", extra=dict(done))
    return dict(done)


def _paid(done: Counter[str], counts: Mapping[str, int]) -> bool:
    done.update(counts)
    return any(counts.values())


handler = instrumented(run)
