"""Messages to many endpoints of which some are dead, by relay, queue and sender."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from random import Random

from bench import relay, subscribers
from bench.load import LoadFailed
from bench.measures import Measure
from bench.progress import say
from bench.scale import Scale
from tests.rails.behaviour import drop, hang, ok
from tests.rails.loopback import Behaviour, Received, Wire
from tests.rails.webhook_receiver import WebhookReceiver
from tests.stack.stack import Stack

FUNCTION = "DeliverFunction"
NONE, DROP, SILENT = "none", "hang up", "never answer"
_MANNERS: Mapping[str, Callable[[], Behaviour]] = {NONE: ok, DROP: drop, SILENT: hang}
# Environments of the sender at the same time; a deployment has up to 20.
AT_ONCE = 8
_PATIENCE = 600


class _Living:
    """The good receivers: when each message came."""

    def __init__(self) -> None:
        self._arrived = threading.Condition()
        self.moments: list[float] = []

    def answer(self, wire: Wire, request: Received) -> None:
        with self._arrived:
            self.moments.append(time.perf_counter())
            self._arrived.notify_all()
        wire.reply(200)

    def wait_for(self, count: int) -> None:
        """Raises LoadFailed."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.moments) >= count, _PATIENCE):
                raise LoadFailed(f"{len(self.moments)} of {count} messages came")


@contextmanager
def _carrying(stack: Stack, receiver: WebhookReceiver) -> Iterator[None]:
    """Relay and deliver all the time."""
    over = threading.Event()

    def keep(work: Callable[[], object]) -> None:
        while not over.wait(0.05):
            work()

    works = (
        lambda: stack.tick(relay.FUNCTION),
        *[lambda: stack.drain(FUNCTION, retry=False)] * AT_ONCE,
    )
    threads = [threading.Thread(target=keep, args=(work,), daemon=True) for work in works]
    with receiver:
        for thread in threads:
            thread.start()
        yield
        over.set()
    # The receiver is gone: nobody waits for an answer any more.
    for thread in threads:
        thread.join()


def waves(scale: Scale, manner: str) -> list[Measure]:
    """Messages to the living per second and how long each took since its event, ms: the first
    wave, when nobody knows who is dead, and the next. Raises LoadFailed."""
    dead = 0 if manner == NONE else scale.endpoints // 10
    living, receiver, found = _Living(), WebhookReceiver(), []
    with Stack.start(durable=True, clock=False) as stack:
        unheard = {each.url for each in receiver.endpoints(dead, _MANNERS[manner]())}
        urls = [*unheard] + [
            each.url for each in receiver.endpoints(scale.endpoints - dead, living.answer)
        ]
        Random(0).shuffle(urls)  # noqa: S311 - the dead are anywhere
        people = subscribers.people(stack, scale.endpoints)
        subscribers.subscribe(stack, people, urls)
        listening = [person for person, url in zip(people, urls, strict=True) if url not in unheard]
        with _carrying(stack, receiver):
            # Senders start as slowly as Python does.
            subscribers.tell(stack, listening, len(listening), concerned=1)
            living.wait_for(len(listening))
            for number in (1, 2):
                say(f"delivery to {scale.endpoints:,} endpoints, {dead} dead ({manner}): {number}")
                living.moments.clear()
                began = time.perf_counter()
                subscribers.tell(stack, people, scale.endpoints, concerned=1)
                living.wait_for(scale.endpoints - dead)
                waits = [(moment - began) * 1000 for moment in living.moments]
                found.append(Measure.of(len(waits), len(waits) * 1000 / max(waits), waits))
    return found
