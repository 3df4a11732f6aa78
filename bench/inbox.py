"""Events of a rail: kept and answered while their sender waits, then taken up by a worker."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import uuid4

from psycopg import Connection
from psycopg.types.json import Jsonb

from bench.cpu import watching
from bench.http_connection import HttpConnection, HttpFailed
from bench.load import LoadFailed
from bench.measures import Measure, median
from bench.progress import log
from bench.scale import Scale
from bench.together import run_together
from functions.rail_stripe.event import PROVIDER
from functions.rail_stripe.inbox import BATCH
from stack.stack import Stack
from stack.stand_ins.stripe import WEBHOOK_SECRET
from stack.stand_ins.stripe.webhooks import Webhooks
from stack.stand_ins.stripe.world import Object, World

PATH = "/webhooks/stripe"
SIGNATURE = "stripe-signature"


@dataclass(frozen=True)
class _Job:
    """What one sender does; at least one event."""

    port: int
    seconds: float


def _event() -> Object:
    """One as large as those of payments are."""
    about = {
        "id": f"pi_{uuid4().hex}", "object": "payment_intent", "amount": 10_000, "currency": "usd",
        "metadata": {"escrow_id": str(uuid4())}, "description": "x" * 2000,
    }  # fmt: skip
    return {
        "id": f"evt_{uuid4().hex}", "object": "event", "type": "payment_intent.succeeded",
        "created": int(time.time()), "livemode": False, "data": {"object": about},
    }  # fmt: skip


def _send(job: _Job) -> list[float]:
    """Events one after the other; the milliseconds of each answer. Raises HttpFailed."""
    webhooks = Webhooks(World(lambda: datetime.now(UTC)), (WEBHOOK_SECRET,))
    connection = HttpConnection("127.0.0.1", job.port)
    latencies: list[float] = []
    until = time.perf_counter() + job.seconds
    while not latencies or time.perf_counter() < until:
        headers, body = webhooks.signed(_event())
        started = time.perf_counter()
        connection.post(PATH, {SIGNATURE: headers[SIGNATURE]}, body)
        latencies.append((time.perf_counter() - started) * 1000)
    connection.close()
    return latencies


def _received(stack: Stack, clients: int, seconds: float) -> Measure:
    with watching(stack.cluster) as with_cpu:
        try:
            outcomes = run_together(_send, [_Job(stack.gateway.port, seconds)] * clients)
        except HttpFailed as error:
            raise LoadFailed(str(error)) from error
        latencies = [each for outcome in outcomes for each in outcome]
        return with_cpu(Measure.of(len(latencies), len(latencies) / seconds, latencies))


def receive(stack: Stack, scale: Scale) -> dict[int, Measure]:
    """Events that the function keeps, by how many send at the same time; p50 and p99 of an
    answer. Raises LoadFailed."""
    stack.aws.put_secret("StripeWebhookSecret", WEBHOOK_SECRET)
    found = {}
    for clients in scale.clients:
        log(f"inbox: {clients} clients")
        # One each at the same time: Lambda's cold starts are another matter.
        with ThreadPoolExecutor(clients) as senders:
            list(senders.map(_send, [_Job(stack.gateway.port, scale.warm_up)] * clients))
        found[clients] = median(
            [_received(stack, clients, scale.seconds) for _ in range(scale.repeats)]
        )
    return found


def take_up(stack: Stack) -> Measure:
    """Everything in the inbox, taken up and done in batches by direct calls; p50 and p99 of a
    batch. Raises LoadFailed."""
    log("inbox: what was kept is taken up")
    count, batches = 0, []
    with watching(stack.cluster) as with_cpu, stack.connect() as connection:
        began = started = time.perf_counter()
        while taken := _batch(connection):
            count += taken
            batches.append((time.perf_counter() - started) * 1000)
            started = time.perf_counter()
        measured = Measure.of(count, count / (time.perf_counter() - began), batches)
    if not count:
        raise LoadFailed("the inbox is empty")
    return with_cpu(measured)


def _batch(connection: Connection[Any]) -> int:
    due = _one(connection, "select service.webhook_events_due(%s, %s)", PROVIDER, BATCH)
    outcomes = Jsonb([{"event_id": each["event_id"], "status": "done"} for each in due])
    done = _one(connection, "select service.webhook_events_done(%s, %s)", PROVIDER, outcomes)
    if done != len(due):
        raise LoadFailed(f"{done} of {len(due)} events were done")
    return len(due)


def _one(connection: Connection[Any], query: LiteralString, *values: Any) -> Any:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None
