"""Scheduled: reads the object that each of Stripe's events names, and acts on its present state.
Runs most of each minute."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import Database, database
from shared.errors import Problem, Unavailable
from shared.polling import poll_until_idle
from shared.telemetry import instrumented, logger, metrics

from .answers import NotOurs, NotYet
from .api import StripeApi
from .connection import Connection
from .disputes import follow_dispute
from .event import PROVIDER, Subject, subject
from .intents import follow_intent
from .returns import follow_refunds, follow_transfer, follow_transfers

BATCH = 50
MOST_ATTEMPTS = 15

_FOLLOW: Mapping[str, Callable[[Database, StripeApi, str], str]] = {
    "intent": follow_intent,
    "refunds": follow_refunds,
    "dispute": follow_dispute,
    "transfers": follow_transfers,
    "transfer": follow_transfer,
}


@dataclass(slots=True)
class Read:
    """Events by what came of them. waiting: they come back. failed: given up."""

    done: int = 0
    ignored: int = 0
    waiting: int = 0
    failed: int = 0


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """What came of the events. Raises Problem when the database is gone: the next tick goes on."""
    db, stripe, read = database(), Connection(), Read()
    poll_until_idle(context, lambda: _round(db, stripe, read))
    metrics.add_metric("StripeEventsRead", MetricUnit.Count, read.done + read.ignored)
    metrics.add_metric("StripeEventsFailed", MetricUnit.Count, read.failed)
    logger.info("events read", extra=asdict(read))
    return asdict(read)


def _round(db: Database, stripe: Connection, read: Read) -> bool:
    """One poll; whether there was something. Events about the same thing are one."""
    asked = {"provider": PROVIDER, "max_rows": BATCH}
    # Not repeatable: an answer that is lost leaves events taken; they come back by themselves.
    due = db.service_rpc("webhook_events_due", asked)
    about: dict[Subject | None, list[Mapping[str, Any]]] = defaultdict(list)
    for each in due:
        try:
            about[subject(each["type"], each["body"])].append(each)
        except Exception as error:
            logger.error("event unreadable", event_id=each["event_id"], exc_info=error)
            _record(db, [each], "received", type(error).__name__, read)
    for what, events in about.items():
        _record(db, events, *_follow(db, stripe, what), read)
    return bool(due)


def _follow(db: Database, stripe: Connection, what: Subject | None) -> tuple[str, str]:
    """Status and detail of the events about a thing; `received` when they come back."""
    if what is None:
        return "ignored", "nothing follows from it"
    try:
        return "done", _FOLLOW[what.kind](db, stripe.api, what.id)
    except NotOurs as nothing:
        return "ignored", str(nothing)
    except NotYet as later:
        return "received", str(later)
    except Unavailable:
        raise
    except Exception as error:
        code = error.slug if isinstance(error, Problem) else type(error).__name__
        logger.error("event failed", kind=what.kind, id=what.id, code=code, exc_info=error)
        return "received", code


def _record(
    db: Database, events: list[Mapping[str, Any]], status: str, detail: str, read: Read
) -> None:
    outcomes = []
    for each in events:
        ended = status
        if status == "received" and each["attempts"] >= MOST_ATTEMPTS:
            logger.error("event given up", event_id=each["event_id"], detail=detail)
            ended = "failed"
        name = "waiting" if ended == "received" else ended
        setattr(read, name, getattr(read, name) + 1)
        if ended != "received":
            outcomes.append({"event_id": each["event_id"], "status": ended, "detail": detail})
    if outcomes:
        params = {"provider": PROVIDER, "outcomes": outcomes}
        db.service_rpc("webhook_events_done", params, repeatable=True)


handler = instrumented(run)
