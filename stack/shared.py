"""One cluster for all the databases that this process wants of the prepared kind."""

import atexit
import contextlib
import itertools
from collections.abc import Iterator
from functools import cache

from stack.clock import Clock
from stack.cluster import Clone, Cluster
from stack.prepared import copy_prepared
from stack.rundirs import run_directory

_number = itertools.count(1)


@cache
def _server() -> Cluster:
    """The running cluster, whose own database nobody writes to: it is what copies are made of."""
    kept = contextlib.ExitStack()
    folder = kept.enter_context(run_directory())
    copy_prepared(folder / "data")
    server = Cluster(folder / "data")
    server.start()
    kept.callback(server.stop)
    atexit.register(kept.close)
    Clock(server).install()
    return server


def clone() -> Clone:
    """A database with migrations, policies, seed and a movable clock; start() makes it."""
    return Clone(_server(), f"clone_{next(_number)}")


@contextlib.contextmanager
def cloned() -> Iterator[Clone]:
    """A running clone, dropped at the end of the block."""
    database = clone()
    database.start()
    try:
        yield database
    finally:
        database.stop()
