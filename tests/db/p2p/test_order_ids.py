"""Ids of orders, which strangers choose: none mixes with a trade or a dispute."""

from uuid import UUID

from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY
from tests.world.trades import draft, p2p_trade, publish
from tests.world.world import World


def test_an_order_under_the_id_of_a_trade_does_not_block_its_end(world: World) -> None:
    """Anybody could keep a settlement from happening, the losing party above all."""
    trade = p2p_trade(world)
    attacker = world.user("attacker")
    world.deposit(attacker, "1")
    publish(world, draft(world, attacker, id=trade.id), attacker)
    trade.commit("perform", "payee")
    assert trade.commit("accept", "payer")["state"] == "released"
    assert world.balance(attacker) == (0, 0, 1)
    assert world.problems() == []


def test_an_order_under_the_id_of_a_dispute_does_not_mix_with_its_bond(world: World) -> None:
    """The bond took the order's money along, and no sweep of orders could end after that."""
    trade = EVERY_POLICY["decided"](world, "p2p_crypto")
    trade.commit("appeal", "payee")
    world.deposit(trade.payee, "1")
    order = draft(world, trade.payee, id=UUID(trade.dispute()["id"]))
    with refused(world.connection, "ledger_holds_pkey"):
        publish(world, order, trade.payee)
    trade.commit("concede", "payee")
    assert world.balance(trade.payee)[0] >= 1
    assert world.problems() == []
