"""People, money and orders to trade with, and the escrows that runs leave to the next."""

from bench.load import SCRIPTS
from stack.cluster import SUPERUSER, Cluster


def prepare(cluster: Cluster, people: int) -> None:
    """Make the schema `bench`: makers with one large sell order each, as many takers."""
    with cluster.connect(SUPERUSER) as connection:
        connection.execute((SCRIPTS / "world.sql").read_bytes())
        connection.execute("grant usage on schema bench to public")
        connection.execute("grant all on all tables in schema bench to public")
    with cluster.connect() as connection:
        connection.execute("select bench.populate(%s)", [people])
    analyse(cluster)


def analyse(cluster: Cluster) -> None:
    """What autovacuum does in a database that has been in use: plans fit the rows."""
    with cluster.connect(SUPERUSER) as connection:
        connection.execute("vacuum (analyze)")


def refill(cluster: Cluster) -> int:
    """Make a ticket for each trade that is not performed yet; how many there are."""
    with cluster.connect() as connection:
        row = connection.execute("select bench.refill()").fetchone()
    analyse(cluster)
    return int(row[0]) if row else 0


def problems(cluster: Cluster) -> list[str]:
    """What ledger.verify() finds wrong; a benchmark that broke the books proves nothing."""
    with cluster.connect() as connection:
        rows = connection.execute("select problem, subject, detail from ledger.verify() limit 5")
        return [" ".join(map(str, row)) for row in rows]
