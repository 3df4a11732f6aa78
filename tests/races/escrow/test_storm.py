"""A thousand conflicting commands; the soak gives ten thousand."""

from stack.cluster import Cluster
from tests.world.races.storm import storm


def test_a_thousand_commands(database: Cluster) -> None:
    told = storm(database, 1_000)
    assert told.commands == 1_000
    # A storm in which nothing collides proves nothing.
    assert told.done > 150
    assert told.replayed > 50
    assert told.refused["escrow_closed"] > 50
    assert {"released", "refunded", "split"} <= set(told.ends)
