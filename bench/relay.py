"""Events out of the outbox, by the function that relays them."""

import time

from bench import server, subscribers
from bench.cpu import watching
from bench.load import LoadFailed
from bench.measures import Measure, median
from bench.progress import log
from bench.scale import Scale
from stack.stack import Stack

FUNCTION = "RelayFunction"


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


def rate(scale: Scale) -> Measure:
    """Events of trades relayed per second, each a notification to both sides: the median.

    On a stack of its own where nobody has an endpoint: what the queue of a deployment takes
    cannot be measured here. Raises LoadFailed.
    """
    with server.stack(scale) as stack:
        people = subscribers.people(stack, scale.people)
        stack.tick(FUNCTION)
        measures = []
        for number in range(1, scale.repeats + 1):
            log(f"relay of {scale.events:,} events: {number} of {scale.repeats}")
            subscribers.tell(stack, people, scale.events)
            measures.append(_relay(stack, scale.events))
        return median(measures)
