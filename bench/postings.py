"""One transfer between random accounts: our posting function beside the yardstick and a peer."""

import os
from pathlib import Path

import psycopg

from bench import yardstick
from bench.load import SCRIPTS, Load
from bench.measures import Measure, medians
from bench.progress import log
from bench.scale import Scale
from bench.server import measure, url_of
from stack.cluster import SUPERUSER, Cluster

OURS, PEER = "ledger.post", "pgledger"
PEER_VARIABLE = "HOLDFAST_PGLEDGER_SQL"
_DATABASE = "peer"


def peer_files() -> list[Path]:
    """SQL files that make the peer, in order; none when there is no peer to measure."""
    return [Path(name) for name in os.environ.get(PEER_VARIABLE, "").split(os.pathsep) if name]


def prepare(cluster: Cluster, people: int) -> None:
    """Load the peer into a database of its own, with an account for each person."""
    if not peer_files():
        return
    with cluster.connect(SUPERUSER) as connection:
        connection.execute("create database peer owner postgres")
    with psycopg.connect(url_of(cluster, database=_DATABASE), autocommit=True) as connection:
        for file in peer_files():
            connection.execute(file.read_bytes())
        connection.execute(
            "create table bench_accounts as select n, (pgledger_create_account('a' || n, 'USD')).id"
            f" from generate_series(1, {2 * people}) as n"
        )
        connection.execute("alter table bench_accounts add primary key (n)")
        connection.execute("vacuum (analyze)")


def _one_round(cluster: Cluster, clients: int, seconds: float, people: int) -> dict[str, Measure]:
    variables = {"people": people}
    measures = {
        yardstick.NAME: yardstick.run(cluster, clients, seconds),
        OURS: measure(cluster, Load(SCRIPTS / "post.sql", clients, seconds, variables=variables)),
    }
    if peer_files():
        load = Load(SCRIPTS / "peer.sql", clients, seconds, variables=variables)
        measures[PEER] = measure(cluster, load, database=_DATABASE)
    return measures


def rounds(cluster: Cluster, clients: int, scale: Scale) -> dict[str, Measure]:
    """The medians of several rounds. Raises LoadFailed."""
    log(f"postings, {clients} clients" + (f", beside {PEER}" if peer_files() else ""))
    if scale.warm_up:
        _one_round(cluster, clients, scale.warm_up, scale.people)
    return medians(
        [_one_round(cluster, clients, scale.seconds, scale.people) for _ in range(scale.repeats)]
    )
