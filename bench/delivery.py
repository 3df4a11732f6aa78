"""Messages to many endpoints of which some are dead, from the outbox to the receiver."""

import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, Queue
from random import Random
from typing import Any, Self
from uuid import uuid4

from bench import server, subscribers
from bench.load import LoadFailed
from bench.measures import Measure
from bench.progress import log
from bench.scale import Scale
from functions.webhooks.attempt_rules import SCHEDULE
from stack.aws import REGION
from stack.sqs_events import event_of
from stack.stack import Stack
from stack.stand_ins.behaviour import drop, hang, ok
from stack.stand_ins.loopback import Behaviour, Received, Wire
from stack.stand_ins.webhook_receiver import WebhookReceiver

FUNCTION = "DeliverFunction"
NONE, DROP, SILENT = "none", "hang up", "never answer"
MANNERS: Mapping[str, Callable[[], Behaviour]] = {NONE: ok, DROP: drop, SILENT: hang}
_BATCH = 10
_PATIENCE = 600


class _Living:
    """The good receivers: when each had its message."""

    def __init__(self) -> None:
        self._arrived = threading.Condition()
        self.moments: dict[str, float] = {}

    def answer(self, wire: Wire, request: Received) -> None:
        with self._arrived:
            self.moments.setdefault(request.path, time.perf_counter())
            self._arrived.notify_all()
        wire.reply(200)

    def wait_for(self, count: int, carrier: "_Carrier") -> None:
        """Raises LoadFailed, and what the carrier failed with."""
        until = time.monotonic() + _PATIENCE
        with self._arrived:
            while not self._arrived.wait_for(lambda: len(self.moments) >= count, 1):
                carrier.check()
                if time.monotonic() > until:
                    raise LoadFailed(f"{len(self.moments)} of {count} messages came")


class _Carrier:
    """The queues between relay and sender, and what AWS does with them: batches of ten, to as
    many senders at once. The local stand-in for SQS would be most of what is measured."""

    def __init__(self, stack: Stack, scale: Scale) -> None:
        self._stack = stack
        self._working: Queue[Any] = Queue()
        self._failing: Queue[Any] = Queue()
        self._over = threading.Event()
        # For each sender the queue that it serves.
        self._senders = [self._working] * scale.senders + [self._failing] * scale.failing_senders
        self._pool = ThreadPoolExecutor(len(self._senders) + 1)
        self._works: list[Future[None]] = []

    def __enter__(self) -> Self:
        # All at once, so that each starts an environment and asks the database: nothing is sent.
        unknown = {"delivery_id": str(uuid4()), "attempt": 0}
        self._stack.lambdas.scale(FUNCTION, len(self._senders))
        list(self._pool.map(self._invoke, [[unknown] * _BATCH] * len(self._senders)))
        self._works = [self._pool.submit(self._enqueue)]
        self._works += [self._pool.submit(self._send, queue) for queue in self._senders]
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._pool.shutdown()

    def check(self) -> None:
        """Raises what one of them failed with."""
        for work in self._works:
            if work.done():
                work.result()

    def _enqueue(self) -> None:
        """The rounds of the relay."""
        with self._stack.connect() as connection:
            while not self._over.wait(0.1):
                connection.execute("select service.outbox_relay()")
                (due,) = connection.execute(
                    "select service.webhook_enqueue(%s)", [list(SCHEDULE)]
                ).fetchone() or ([],)
                for message in due:
                    (self._failing if message["lane"] == "slow" else self._working).put(message)

    def _send(self, queue: Queue[Any]) -> None:
        while not self._over.is_set():
            if batch := _batch(queue):
                self._invoke(batch)

    def _invoke(self, batch: list[Any]) -> None:
        messages = [_sqs_message(body) for body in batch]
        self._stack.invoke(FUNCTION, event_of(messages, "arn:aws:sqs:::webhooks", REGION))


def _batch(queue: Queue[Any]) -> list[Any]:
    batch: list[Any] = []
    with suppress(Empty):
        batch.append(queue.get(timeout=0.1))
        while len(batch) < _BATCH:
            batch.append(queue.get_nowait())
    return batch


def _sqs_message(body: Any) -> dict[str, Any]:
    return {
        "MessageId": str(uuid4()), "ReceiptHandle": "", "Body": json.dumps(body), "MD5OfBody": ""
    }  # fmt: skip


def waves(scale: Scale, manner: str) -> list[Measure]:
    """Messages to the living per second and how long each took since its event, ms: the first
    wave, when nobody knows who is dead, and the next. Raises LoadFailed."""
    dead = 0 if manner == NONE else scale.endpoints // 10
    living, receiver, found = _Living(), WebhookReceiver(), []
    with server.stack(scale) as stack:
        endpoints = receiver.endpoints(dead, MANNERS[manner]())
        endpoints += receiver.endpoints(scale.endpoints - dead, living.answer)
        urls = [each.url for each in endpoints]
        Random(0).shuffle(urls)  # noqa: S311 - the dead are anywhere
        people = subscribers.people(stack, scale.endpoints)
        subscribers.subscribe(stack, people, urls)
        # The receiver goes first: then nobody waits for an answer any more.
        with _Carrier(stack, scale) as carrier, receiver:
            for number in (1, 2):
                log(f"delivery to {scale.endpoints:,} endpoints, {dead} dead ({manner}): {number}")
                living.moments.clear()
                began = time.perf_counter()
                subscribers.tell(stack, people, scale.endpoints, concerned=1)
                living.wait_for(scale.endpoints - dead, carrier)
                waits = [(moment - began) * 1000 for moment in living.moments.values()]
                found.append(Measure.of(len(waits), len(waits) * 1000 / max(waits), waits))
    return found
