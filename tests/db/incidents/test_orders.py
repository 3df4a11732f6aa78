"""Incidents of other systems about orders and their book; numbers as in incidents.md."""

from decimal import Decimal

from tests.world.escrow import Escrow
from tests.world.trades import sell_order, take
from tests.world.world import World


def test_incident_17_cancelling_what_was_just_taken_costs_nobody_anything(world: World) -> None:
    order, maker = sell_order(world)
    taker = world.user()
    trade = Escrow(world, take(world, order, taker, "1"), maker, taker)
    world.command("order_cancel", order_id=order, actor_id=maker)
    assert trade.place == ("funded", "")
    assert world.balance(maker) == (1, 0, 1)
    trade.commit("perform", "payee")
    trade.commit("accept", "payer")
    assert world.balance(taker)[0] == Decimal("0.995")


def test_incident_27_a_take_hides_its_own_part_only_and_for_a_while(world: World) -> None:
    order, maker = sell_order(world)
    taker = world.user()
    trade = Escrow(world, take(world, order, taker, "0.4"), maker, taker)
    book = "select remaining::numeric from public.p2p_orders where status = 'active' and id = %s"
    assert world.one(book, order) == Decimal("0.6")
    trade.expire()
    trade.commit("timeout_refund", "timer")
    assert world.one(book, order) == 1


def test_incident_30_the_book_shows_no_dead_order(world: World) -> None:
    live, _ = sell_order(world)
    cancelled, maker = sell_order(world)
    world.command("order_cancel", order_id=cancelled, actor_id=maker)
    filled, maker = sell_order(world)
    taker = world.user()
    Escrow(world, take(world, filled, taker, "1"), maker, taker).commit("accept", "payer")
    with world.acting("anon"):
        seen = [
            world.rows("select id from public.p2p_order(%s)", each)
            for each in (live, cancelled, filled)
        ]
    assert seen == [[(live,)], [], []]
    versions = world.rows(
        "select (after ->> 'version')::int from public.audit_log "
        "where row_id = %s::text and after is not null order by id",
        cancelled,
    )
    assert versions == sorted(set(versions))
