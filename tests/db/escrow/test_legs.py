"""Several escrows of one contract: each has its own clock, dispute and end."""

from tests.world.trades import funded
from tests.world.world import World

SERVICE = "market_service"


def test_a_dispute_of_one_leg_stops_no_other(world: World) -> None:
    parties = (world.user("payer"), world.user("payee"))
    first, second = (funded(world, SERVICE, parties=parties) for _ in range(2))
    for leg in (first, second):
        leg.commit("perform", "payee")
    first.commit("dispute", "payer")
    before = first.row()
    assert second.commit("accept", "payer")["state"] == "released"
    assert first.row() == before
    assert first.place == ("disputed", "statements")
    held = world.balance(first.payer, "USDC_BASE")[2]
    assert held == before.amount
    assert world.problems() == []
