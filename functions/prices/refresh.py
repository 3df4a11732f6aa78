"""Scheduled: renew the index from its sources, and count what the book offers."""

import os
from contextlib import ExitStack, closing
from datetime import datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import database
from shared.outside import Client
from shared.settings import secret
from shared.telemetry import instrumented, logger, metrics

from .decide import decide, parse_pair
from .sources import Source, ask_all, coinbase, coingecko


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many quotes were new, indexes renewed, sources dead. Raises Problem."""
    db = database()
    due = db.service_rpc("prices_due", {}, repeatable=True)
    now = datetime.fromisoformat(due["now"])
    pairs = [parse_pair(each) for each in due["pairs"]]
    with ExitStack() as open_clients:
        quotes, failed = ask_all(_sources(open_clients), pairs, now)
    decided = [
        decide(pair, quotes.get((pair.cryptocurrency, pair.fiat_currency), ()), now)
        for pair in pairs
    ]
    batch = [each.to_json() for each in decided if each.quotes]
    done = db.service_rpc("prices_record", {"command": {"pairs": batch}}, repeatable=True)
    counted = db.service_rpc("book_count", {}, repeatable=True)
    metrics.add_metric("IndexesRenewed", MetricUnit.Count, done["indexes"])
    metrics.add_metric("PriceSourcesFailed", MetricUnit.Count, len(failed))
    result = {**done, "failed": len(failed), "counted": counted}
    logger.info("prices", extra=result)
    return result


def _sources(open_clients: ExitStack) -> dict[str, Source]:
    """Every source that the environment names an address for."""

    def client(variable: str) -> Client | None:
        origin = os.environ.get(variable, "").strip()
        return open_clients.enter_context(closing(Client(origin))) if origin else None

    key_secret = os.environ.get("HOLDFAST_COINGECKO_KEY_SECRET", "").strip()
    found: dict[str, Source] = {}
    if gecko := client("HOLDFAST_COINGECKO_URL"):
        found["coingecko"] = coingecko(gecko, secret(key_secret) if key_secret else None)
    if base := client("HOLDFAST_COINBASE_URL"):
        found["coinbase"] = coinbase(base)
    return found


handler = instrumented(run)
