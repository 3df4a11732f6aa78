"""The yardstick: pgbench's TPC-B-like transaction, in a database of its own."""

import psycopg

from bench import pgbench
from bench.load import SCRIPTS, Load
from bench.measures import Measure
from bench.server import measure, url_of
from stack.cluster import SUPERUSER, Cluster

NAME = "TPC-B"
DATABASE = "yardstick"


def prepare(cluster: Cluster, scale: int) -> None:
    """Make the database with 100,000 accounts times the scale."""
    with cluster.connect(SUPERUSER) as connection:
        connection.execute("create database yardstick owner postgres")
    url = url_of(cluster, database=DATABASE)
    if pgbench.program():
        pgbench.initialise(url, scale)
        return
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("select set_config('bench.scale', %s, false)", [str(scale)])
        connection.execute((SCRIPTS / "tpcb_tables.sql").read_bytes())


def run(cluster: Cluster, clients: int, seconds: float) -> Measure:
    return measure(cluster, Load(None, clients, seconds), database=DATABASE)
