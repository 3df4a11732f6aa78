"""How much is measured: all of it, or a little of everything to see that it works."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """seconds of one run, and of the one before that only warms up (0: none); repeats of
    which the median is taken; clients at once.

    branches: of the yardstick, with 100,000 accounts each. people: makers, and as many takers; who
    is told of relayed events. due: escrows of one sweep. not_due: rows the sweep must not see.
    ticks: sweeps of one batch that are timed with and without them, and looks of the poller.
    queries: times that each query is asked. orders: in the book. pages: read of each kind. events:
    relayed in one run. endpoints: of webhooks; one in ten is dead. senders: that send to them at
    the same time; failing_senders: the same, to endpoints that fail. A deployment has up to 20 and
    5. dead: what the dead ones do. contracts: with two milestones each. milestones: delivered and
    released among them. payments: by card, payments_apart seconds from one to the next in the
    mean. transfers: on a chain, to so many addresses. strangers: readers without an account beside
    commands. batch: due escrows that one of the timed ticks takes. functions: how many of the
    template are started fresh, None: all. attempts: to sign in, of a day. readers: who sign in and
    read. durable: with the commit settings of production.
    """

    seconds: float
    warm_up: float
    repeats: int
    clients: Sequence[int]
    branches: int
    people: int
    due: int
    not_due: int
    ticks: int
    queries: int
    orders: int
    pages: int
    events: int
    endpoints: int
    senders: int
    failing_senders: int
    dead: Sequence[str]
    contracts: int
    milestones: int
    payments: int
    payments_apart: float
    transfers: int
    addresses: int
    strangers: int
    batch: int
    functions: int | None
    attempts: int
    readers: int
    durable: bool


FULL = Scale(
    seconds=5, warm_up=1, repeats=3, clients=(1, 4, 16), branches=10, people=1000, due=100_000,
    not_due=1_000_000, ticks=10, queries=10_000, orders=1_000_000, pages=2_000,
    events=20_000, endpoints=1_000, senders=8, failing_senders=2,
    dead=("none", "hang up", "never answer"), contracts=1_000_000, milestones=1_000,
    payments=300, payments_apart=0.4, transfers=10_000, addresses=500, strangers=64,
    batch=500, functions=None, attempts=1_000_000, readers=100, durable=True,
)  # fmt: skip
QUICK = Scale(
    seconds=0.3, warm_up=0, repeats=1, clients=(2,), branches=1, people=20, due=100,
    not_due=1_000, ticks=2, queries=20, orders=1_000, pages=60,
    events=200, endpoints=20, senders=1, failing_senders=1, dead=("hang up",),
    contracts=1_000, milestones=20, payments=2, payments_apart=0.05, transfers=40, addresses=4,
    strangers=4, batch=50, functions=2, attempts=1_000, readers=2, durable=False,
)  # fmt: skip
