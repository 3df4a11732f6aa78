"""Ten thousand conflicting commands on real connections; see tests.races.storm."""

from tests.races.storm import Storm, storm
from tests.stack.clock import Clock
from tests.stack.cluster import Cluster
from tests.stack.operators import let_operators_act_alone
from tests.stack.prepared import copy_prepared
from tests.stack.rundirs import run_directory


def run(commands: int, seed: int) -> Storm:
    """Give so many on a database of its own. Raises AssertionError when anything is wrong."""
    with run_directory() as folder:
        copy_prepared(folder / "data")
        cluster = Cluster(folder / "data")
        cluster.start()
        try:
            Clock(cluster).install()
            let_operators_act_alone(cluster)
            return storm(cluster, commands, seed=seed)
        finally:
            cluster.stop()
