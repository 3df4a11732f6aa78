"""Scheduled: finds events that no webhook brought, and submits evidence."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import Database, database
from shared.errors import BadRequest, Unavailable
from shared.telemetry import instrumented, logger, metrics

from .answers import NotOurs, NotYet, told
from .books import RAIL
from .chargebacks import answer_chargebacks
from .connection import Connection
from .event import FOLLOWED, received
from .intents import follow_request
from .objects import Event
from .text import json_text

OVERLAP = timedelta(minutes=30)
# What is listed at once of a gap: a long one is caught up with piece by piece.
STRETCH = timedelta(hours=6)
KEPT_AT_ONCE = 100
MARGIN_MS = 25_000


@dataclass(slots=True)
class Polled:
    """found: events that no webhook brought. polled: payments of payers asked about. answered:
    chargebacks with evidence. failed: each is tried again."""

    found: int = 0
    polled: int = 0
    answered: int = 0
    failed: int = 0


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """What was found. Raises Problem when the database is gone: the next tick goes on."""
    db, stripe, done = database(), Connection(), Polled()

    def attempt(work: Callable[[], None]) -> None:
        try:
            work()
        except Unavailable:
            raise
        except Exception as error:
            done.failed += 1
            logger.error("poll failed", error=type(error).__name__, exc_info=error)

    attempt(lambda: _events(db, stripe, context, done))
    attempt(lambda: answer_chargebacks(db, stripe, done))
    for request in db.service_rpc("deposits_due", {"rail": RAIL}):
        if context.get_remaining_time_in_millis() < MARGIN_MS:
            break
        attempt(partial(_follow, db, stripe, request, done))
    metrics.add_metric("StripeEventsMissed", MetricUnit.Count, done.found)
    metrics.add_metric("StripePollFailed", MetricUnit.Count, done.failed)
    logger.info("polled", extra=asdict(done))
    return asdict(done)


def _events(db: Database, stripe: Connection, context: Any, done: Polled) -> None:
    """Keep what happened since the last time and is not in the inbox yet, stretch by stretch."""
    asked = {"rail": RAIL, "overlap": f"{OVERLAP.total_seconds():.0f} seconds"}
    while context.get_remaining_time_in_millis() > MARGIN_MS:
        since = db.service_rpc("rail_poll_from", asked, repeatable=True)
        if since is None:
            return
        start, now = (datetime.fromisoformat(since[name]) for name in ("from", "now"))
        until = min(now, start + OVERLAP + STRETCH)
        end = until if until < now else None
        found = told(stripe.api.events_since(start, end, types=FOLLOWED))
        for first in range(0, len(found), KEPT_AT_ONCE):
            _keep(db, found[first : first + KEPT_AT_ONCE], done)
        polled = {"rail": RAIL, "until": until.isoformat()}
        db.service_rpc("rail_polled", polled, repeatable=True)
        if end is None:
            return


def _keep(db: Database, events: tuple[Event, ...], done: Polled) -> None:
    kept = []
    for each in events:
        try:
            kept.append(received(json_text(each.body), "poller"))
        except BadRequest:
            logger.error("listed event is not as we know events", event_id=each.id)
    done.found += db.service_rpc("webhook_receive", {"events": kept}, repeatable=True)


def _follow(db: Database, stripe: Connection, request: dict[str, Any], done: Polled) -> None:
    done.polled += 1
    try:
        follow_request(db, stripe.api, request)
    except (NotOurs, NotYet) as later:
        logger.info("payment polled", request_id=request["request_id"], detail=str(later))


handler = instrumented(run)
