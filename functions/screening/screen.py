"""Scheduled: asks the provider about each address that is new or whose answer is old."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import Database, database
from shared.http_client import SourceFailed
from shared.settings import secret
from shared.telemetry import instrumented, logger, metrics

from .provider import Provider, chainalysis

BATCH = 16
AT_ONCE = 8
# A batch of which every answer trickles takes twice the patience of a question.
MARGIN_MS = 32_000


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many addresses were screened, were hits, stay unknown. Raises Problem."""
    db, provider = database(), _provider()
    done = {"screened": 0, "hits": 0, "unknown": 0}
    while context.get_remaining_time_in_millis() > MARGIN_MS:
        results = _batch(db, provider)
        done["screened"] += len(results)
        done["hits"] += results.count("hit")
        done["unknown"] += results.count("unknown")
        # A provider that says nothing is not asked again at once.
        if len(results) < BATCH or results.count("unknown") == len(results):
            break
    metrics.add_metric("ScreeningsUnknown", MetricUnit.Count, done["unknown"])
    metrics.add_metric("ScreeningHits", MetricUnit.Count, done["hits"])
    logger.info("screened", extra=done)
    return done


def _batch(db: Database, provider: Provider) -> list[str]:
    """The result of each address that was due."""
    # Not repeatable: what a lost answer claimed comes back with its lease.
    due = db.service_rpc("screenings_due", {"max_rows": BATCH})
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda each: _screened(provider, each), due))
    for each in found:
        answer = db.service_rpc("screening_record", {"command": each}, repeatable=True)
        if each["result"] == "hit":
            logger.warning("screening hit", extra={"screening": each, "outcome": answer})
    return [str(each["result"]) for each in found]


def _screened(provider: Provider, due: Mapping[str, Any]) -> dict[str, Any]:
    """A command for service.screening_record. Whatever goes wrong is unknown, never clear."""
    command = {**due, "provider": provider.name}
    try:
        finding = provider.ask(due["address"])
    except SourceFailed as failure:
        logger.warning(
            "screening failed", screening_id=due["screening_id"], reason=str(failure)
        )  # fmt: skip
        return {**command, "result": "unknown"}
    return {
        **command,
        "result": finding.result,
        "categories": list(finding.categories),
        "risk_score": finding.risk_score,
        "document_hash": finding.document_hash,
    }


def _provider() -> Provider:
    key_secret = os.environ.get("HOLDFAST_SCREENING_KEY_SECRET", "").strip()
    origin = os.environ["HOLDFAST_SCREENING_URL"].strip()
    return chainalysis(origin, secret(key_secret) if key_secret else None)


handler = instrumented(run)
