"""How much is measured: all of it, or a little of everything to see that it works."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """seconds of one run, and of the one before that only warms up (0: none); repeats of
    which the median is taken; clients at once.

    people: makers, and as many takers. due: escrows of one sweep. not_due: rows the
    sweep must not see. ticks: sweeps of one batch that are timed with and without them.
    queries: times that each query is asked. orders: in the book. pages: read of each kind. events: relayed at
    once. endpoints: of webhooks, one in ten dead.
    """

    seconds: float
    warm_up: float
    repeats: int
    clients: Sequence[int]
    people: int
    due: int
    not_due: int
    ticks: int
    queries: int
    orders: int
    pages: int
    events: int
    endpoints: int


FULL = Scale(
    5, 1, 3, (1, 4, 16), 1000, 100_000, 1_000_000, 10, 10_000, 1_000_000, 2_000, 20_000, 1_000
)
QUICK = Scale(0.5, 0, 1, (2,), 20, 300, 2_000, 2, 100, 3_000, 40, 200, 20)
