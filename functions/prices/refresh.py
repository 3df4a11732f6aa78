"""Scheduled: renew the index from its sources, and count what the book offers."""

import os
from contextlib import ExitStack, closing
from datetime import datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import Database, database
from shared.http_client import Client, SourceFailed
from shared.settings import secret
from shared.telemetry import instrumented, logger, metrics

from .price_rules import decide, parse_pair
from .rates import ecb
from .sources import Source, ask_all, coinbase, coingecko


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many quotes were new, indexes renewed, rates recorded, sources dead. Raises Problem."""
    db = database()
    due = db.service_rpc("prices_due", {}, repeatable=True)
    now = datetime.fromisoformat(due["now"])
    pairs = [parse_pair(each) for each in due["pairs"]]
    halted = frozenset(due["halted_sources"])
    with ExitStack() as open_clients:
        quotes, failed = ask_all(_sources(open_clients), pairs, now)
    decided = [
        decide(pair, quotes.get((pair.cryptocurrency, pair.fiat_currency), ()), now, halted)
        for pair in pairs
    ]
    batch = [each.to_json() for each in decided if each.quotes]
    done = db.service_rpc("prices_record", {"command": {"pairs": batch}}, repeatable=True)
    counted = db.service_rpc("book_count", {}, repeatable=True)
    rates, rates_failed = _rates(db)
    failed += rates_failed
    metrics.add_metric("FiatRatesRecorded", MetricUnit.Count, rates)
    metrics.add_metric("IndexesRenewed", MetricUnit.Count, done["indexes"])
    metrics.add_metric("PriceSourcesFailed", MetricUnit.Count, len(failed))
    result = {**done, "failed": len(failed), "counted": counted, "rates": rates}
    logger.info("prices", extra=result)
    return result


def _rates(db: Database) -> tuple[int, list[str]]:
    """How many rates of bank money were recorded, and the sources that failed."""
    due = db.service_rpc("fiat_rates_due", {}, repeatable=True)
    origin = os.environ.get("HOLDFAST_ECB_URL", "").strip()
    if not due["currencies"] or not origin:
        return 0, []
    try:
        with closing(Client(origin)) as client:
            now = datetime.fromisoformat(due["now"])
            told = ecb(client)(due["currencies"], due["reference"], now)
    except SourceFailed as failure:
        logger.warning("rate source failed", source="ecb", reason=str(failure))
        return 0, ["ecb"]
    recorded = db.service_rpc("fiat_rates_record", {"command": told.to_json()}, repeatable=True)
    return int(recorded), []


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
