"""Takes of one order by everybody at once, beside takes of orders at random."""

from bench.load import SCRIPTS, Load
from bench.measures import Measure, medians
from bench.progress import log
from bench.scale import Scale
from bench.server import measure
from stack.cluster import Cluster

APART, ONE = "of orders at random", "of one order"
_SCRIPTS = {APART: "take.sql", ONE: "take_one.sql"}


def _one_round(cluster: Cluster, clients: int, seconds: float, people: int) -> dict[str, Measure]:
    return {
        name: measure(
            cluster, Load(SCRIPTS / script, clients, seconds, variables={"people": people})
        )
        for name, script in _SCRIPTS.items()
    }


def rounds(cluster: Cluster, clients: int, scale: Scale) -> dict[str, Measure]:
    """The medians of several rounds. Raises LoadFailed, also when a take was refused."""
    log(f"takes of one order, {clients} clients")
    if scale.warm_up:
        _one_round(cluster, clients, scale.warm_up, scale.people)
    return medians(
        [_one_round(cluster, clients, scale.seconds, scale.people) for _ in range(scale.repeats)]
    )
