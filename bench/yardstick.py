"""The yardstick: pgbench's TPC-B-like transaction, scale 10, in a database of its own."""

import psycopg

from bench import pgbench
from bench.load import SCRIPTS, Load
from bench.measures import Measure
from bench.server import measure, url_of
from tests.stack.cluster import SUPERUSER, Cluster

NAME = "TPC-B"
DATABASE = "yardstick"
SCALE = 10


def prepare(cluster: Cluster) -> None:
    with cluster.connect(SUPERUSER) as connection:
        connection.execute("create database yardstick owner postgres")
    url = url_of(cluster, database=DATABASE)
    if pgbench.program():
        pgbench.initialise(url, SCALE)
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute((SCRIPTS / "tpcb_tables.sql").read_bytes())


def run(cluster: Cluster, clients: int, seconds: float) -> Measure:
    return measure(cluster, Load(None, clients, seconds), database=DATABASE)
