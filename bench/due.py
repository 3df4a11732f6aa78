"""Escrows for sweeps: due ones, made by real takes and then aged, and ones not due."""

from bench import world
from bench.load import SCRIPTS, Load
from bench.progress import log
from bench.server import measure
from stack.cluster import SUPERUSER, Cluster

_LOADERS = 16


def _as_replica(cluster: Cluster, script: str, **values: int) -> None:
    """Run SQL with triggers off, which only a superuser may: commands never write like this."""
    with cluster.connect(SUPERUSER) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute((SCRIPTS / script).read_bytes(), values or None)
    world.analyse(cluster)


def add_due(cluster: Cluster, count: int, people: int) -> int:
    """Take so many trades and age them with what runs left open; how many are due."""
    log(f"taking {count:,} trades that will be due")
    each = -(-count // _LOADERS)
    load = Load(
        SCRIPTS / "take.sql", _LOADERS, each=each,
        variables={"people": people}, settings={"synchronous_commit": "off"},
    )  # fmt: skip
    measure(cluster, load)
    _as_replica(cluster, "aged.sql")
    return due_now(cluster)


def due_now(cluster: Cluster) -> int:
    return int(
        cluster.execute(
            "select count(*) from private.escrow_transactions"
            " where expires_at <= private.clock() and frozen_at is null"
        )[0][0]
    )


def add_not_due(cluster: Cluster, count: int, people: int) -> None:
    log(f"adding {count:,} escrows that are not due")
    _as_replica(cluster, "not_due.sql", rows=count, people=people)
