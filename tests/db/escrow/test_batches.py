"""Many decisions in one call."""

from tests.world.trades import p2p_trade
from tests.world.world import World


def test_one_escrow_written_in_two_ways_is_one_decision_of_a_batch(world: World) -> None:
    trade = p2p_trade(world)
    trade.expire()
    decision = trade.decision("timeout_refund", "timer")
    shouted = decision | {"escrow_id": str(trade.id).upper()}
    results = trade.try_many(decision, shouted)
    assert [result["refusal"] for result in results] == [None]
    assert world.problems() == []
