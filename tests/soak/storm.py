"""Ten thousand conflicting commands on real connections; see tests.world.races.storm."""

from stack.clock import Clock
from stack.cluster import Cluster
from stack.prepared import copy_prepared
from stack.rundirs import run_directory
from tests.world.lone_operators import let_operators_act_alone
from tests.world.races.storm import Storm, storm


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
