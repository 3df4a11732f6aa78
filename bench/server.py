"""The Postgres that is measured, with the commit settings of production."""

import contextlib
from collections.abc import Iterator

from bench import pgbench, psycopg_client
from bench.cpu import watching
from bench.load import Load
from bench.measures import Measure
from bench.scale import Scale
from stack.cluster import Cluster
from stack.prepared import copy_prepared
from stack.rundirs import run_directory
from stack.stack import Stack


@contextlib.contextmanager
def bare_server() -> Iterator[Cluster]:
    """Postgres alone, with migrations, policies and seed; gone after the block."""
    with run_directory(on_disk=True) as folder:
        copy_prepared(folder / "data")
        cluster = Cluster(folder / "data", durable=True)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()


@contextlib.contextmanager
def stack(scale: Scale) -> Iterator[Stack]:
    """A fresh stack; its clock is that of the machine."""
    with Stack.start(durable=scale.durable, shared=not scale.durable, clock=False) as running:
        yield running


def url_of(cluster: Cluster, role: str = "postgres", database: str | None = None) -> str:
    """Connection string; of the cluster's own database where none is named."""
    return cluster.url(role).rpartition("/")[0] + f"/{database or cluster.database}"


def measure(
    cluster: Cluster, load: Load, *, role: str = "postgres", database: str | None = None
) -> Measure:
    """Run a load on a database of the server. Raises LoadFailed."""
    client = pgbench if pgbench.program() else psycopg_client
    with watching(cluster) as with_cpu:
        return with_cpu(client.run(url_of(cluster, role, database), load))
