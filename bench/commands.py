"""Single commands and whole trades by direct commit, in rounds beside the yardstick."""

from bench import world, yardstick
from bench.load import SCRIPTS, Load, LoadFailed
from bench.measures import Measure, medians
from bench.progress import log
from bench.scale import Scale
from bench.server import measure
from stack.cluster import Cluster

COMMANDS = ("take", "perform", "accept")
TRADE = "trade"


def _run(
    cluster: Cluster, name: str, clients: int, seconds: float, people: int, each: int = 0
) -> Measure:
    variables = {"people": people, "turn": 0}
    load = Load(SCRIPTS / f"{name}.sql", clients, seconds, each=each, variables=variables)
    return measure(cluster, load)


def one_round(
    cluster: Cluster, clients: int, seconds: float, people: int, *, trades: bool
) -> dict[str, Measure]:
    """The yardstick; takes for so long; what was taken is paid and released; whole trades.

    Raises LoadFailed.
    """
    measures = {yardstick.NAME: yardstick.run(cluster, clients, seconds)}
    measures["take"] = _run(cluster, "take", clients, seconds, people)
    tickets = world.refill(cluster)
    for name in ("perform", "accept"):
        measures[name] = _run(cluster, name, clients, seconds, people, each=tickets // clients)
    _check_released(cluster, tickets // clients * clients)
    if trades:
        measures[TRADE] = _run(cluster, TRADE, clients, seconds, people)
    return measures


def _check_released(cluster: Cluster, wanted: int) -> None:
    ended = cluster.execute(
        "select count(*) from bench.tickets join public.p2p_trades on id = escrow_id"
        " where status = 'completed'"
    )[0][0]
    if ended != wanted:
        raise LoadFailed(f"{ended} of {wanted} trades were released")


def rounds(cluster: Cluster, clients: int, scale: Scale, *, trades: bool) -> dict[str, Measure]:
    """The medians of several rounds, after one that only warms up."""
    if scale.warm_up:
        log(f"direct commit, {clients} clients: warming up")
        one_round(cluster, clients, scale.warm_up, scale.people, trades=trades)
    measured = []
    for number in range(1, scale.repeats + 1):
        log(f"direct commit, {clients} clients: round {number} of {scale.repeats}")
        measured.append(one_round(cluster, clients, scale.seconds, scale.people, trades=trades))
    return medians(measured)
