"""Events out of the outbox, by the function that relays them."""

import time

from bench import subscribers
from bench.cpu import watching
from bench.load import LoadFailed
from bench.measures import Measure, median
from bench.progress import say
from bench.scale import Scale
from tests.stack.stack import Stack

FUNCTION = "RelayFunction"
UNHEARD, HEARD = "nobody has an endpoint", "each is a message"
_PEOPLE = 1000


def _waiting(stack: Stack) -> int:
    query = "select count(*) from private.outbox where relayed_at is null"
    return int(stack.cluster.execute(query)[0][0])


def _relay(stack: Stack, events: int) -> Measure:
    with watching(stack.cluster) as with_cpu:
        began = time.perf_counter()
        while (left := _waiting(stack)) and time.perf_counter() - began < 60 + events / 50:
            stack.tick(FUNCTION)
        seconds = time.perf_counter() - began
    if left:
        raise LoadFailed(f"{left} of {events} events were left")
    return with_cpu(Measure(events, events / seconds))


def rates(scale: Scale) -> dict[str, Measure]:
    """Events relayed per second, without messages and with one for each. Raises LoadFailed.

    On a stack of its own, where nothing else waits and no queue is read.
    """
    found = {}
    with Stack.start(durable=True, clock=False) as stack:
        people = subscribers.people(stack, _PEOPLE)
        stack.tick(FUNCTION)
        for name in (UNHEARD, HEARD):
            if name == HEARD:
                # One side of every trade listens.
                urls = [f"http://127.0.0.1:9/{number}" for number in range(0, _PEOPLE, 2)]
                subscribers.subscribe(stack, people[::2], urls)
            say(f"relay of {scale.events:,} events: {name}")
            measures = []
            for _ in range(scale.repeats):
                subscribers.tell(stack, people, scale.events)
                measures.append(_relay(stack, scale.events))
            found[name] = median(measures)
    return found
