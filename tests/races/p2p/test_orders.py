"""Many want the same order."""

from decimal import Decimal
from uuid import UUID

from tests.world.races import commands
from tests.world.races.crowd import Crowd
from tests.world.races.market import Market
from tests.world.races.proofs import prove, prove_told

TAKERS, ROOM = 60, 10


def row(market: Market, order_id: UUID) -> tuple[str, ...]:
    found = market.rows(
        "select status::text, trim_scale(remaining)::text, trim_scale(reserved)::text, "
        "trim_scale(withdrawn)::text from public.p2p_orders where id = %s",
        order_id,
    )
    return found[0]


def test_sixty_takers_and_room_for_ten(crowd: Crowd, market: Market) -> None:
    (seller,), takers = market.people(1, deposit="1"), market.people(TAKERS)
    order_id = market.order(seller)
    said = crowd.rush([commands.take(each, order_id, "0.1") for each in takers])
    assert [each.done for each in said].count(True) == ROOM
    assert {each.code for each in said if not each.done} == {"not_enough_remaining"}
    assert row(market, order_id) == ("active", "0", "1", "0")
    prove_told(market, [UUID(each.body["trade_id"]) for each in said if each.done], said)
    prove(market)


def test_cancel_or_take(crowd: Crowd, market: Market) -> None:
    for _ in range(8):
        (seller,), takers = market.people(1, deposit="1"), market.people(6)
        order_id = market.order(seller)
        lines = [commands.take(each, order_id, "0.1") for each in takers]
        cancel = commands.order(seller, order_id, "cancel")
        said = crowd.rush([*lines[:3], cancel, *lines[3:]])
        assert said.pop(3).done
        # Whoever reads after the cancel does not see the order at all.
        assert {each.code for each in said} <= {"", "order_not_active", "order_not_found"}
        reserved = Decimal("0.1") * [each.done for each in said].count(True)
        status, remaining, held, withdrawn = row(market, order_id)
        assert (status, remaining) == ("cancelled", "0")
        assert (Decimal(held), Decimal(withdrawn)) == (reserved, 1 - reserved)
    prove(market)


def test_the_last_coin_goes_one_way(crowd: Crowd, market: Market) -> None:
    """A wallet that covers one of several orders publishes one."""
    (seller,) = market.people(1, deposit="1")
    drafts = [market.draft(seller) for _ in range(8)]
    said = crowd.rush([commands.order(seller, each, "publish") for each in drafts])
    assert sorted(each.code for each in said) == ["", *["insufficient_funds"] * 7]
    prove(market)


def test_reprice_or_take(crowd: Crowd, market: Market) -> None:
    """Each trade has the price that its taker expected, or is none; two who reprice from one
    version are one."""
    for _ in range(8):
        (seller,), takers = market.people(1, deposit="1"), market.people(6)
        order_id = market.order(seller)
        version = market.one("select version from public.p2p_orders where id = %s", order_id)
        lines = [commands.take(each, order_id, "0.1") for each in takers]
        dearer = [commands.reprice(seller, order_id, version, price="50001") for _ in range(2)]
        said = crowd.rush([dearer[0], *lines, dearer[1]])
        repriced, taken = [said[0], said[-1]], said[1:-1]
        assert {each.code for each in repriced} <= {"", "stale_version"}
        won = [each.done for each in repriced].count(True)
        assert won <= 1
        assert {each.code for each in taken} <= {"", "price_changed"}
        trades = [UUID(each.body["trade_id"]) for each in taken if each.done]
        if not won:
            assert len(trades) == 6
        prices = "select price::text from public.p2p_trades where order_id = %s"
        assert market.rows(prices, order_id) == [("50000.000000000000000000",)] * len(trades)
    prove(market)
