"""What a stranger may put into the book, and what a trade must be worth to count."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from stack.identity import as_owner, as_role, as_user
from tests.db.p2p.test_order_book import MARGIN, book, buy_order
from tests.world.prices import record_price
from tests.world.ratings import open_between, rate, refreshed, ruled, settled
from tests.world.refused import refused
from tests.world.trades import draft, publish, sell_order, take
from tests.world.verifications import person
from tests.world.world import World


def test_every_trade_costs_a_fee(world: World) -> None:
    codes = [code for (code,) in world.rows(
        "select code from public.currencies where kind = 'crypto'")]  # fmt: skip
    assert len(codes) > 10
    for code in codes:
        least = world.one("select private.least_trade(%s)", code)
        assert least > 0, code
        fee = "select private.fee_of(%s, fee_bps, private.decimals_of(%s)) from " \
              "public.escrow_policies where id = 'p2p_crypto'"  # fmt: skip
        assert world.one(fee, least, code) > 0, code


def test_without_a_row_the_least_is_where_the_fee_begins(world: World) -> None:
    world.run("delete from public.trade_minimums where currency = 'BTC'")
    assert world.one("select private.least_trade('BTC')") == Decimal("0.000002")
    assert world.one("select private.is_rated('BTC', 1000)") is False
    world.run("update public.escrow_policies set fee_bps = 33 where id = 'p2p_crypto'")
    assert world.one("select private.least_trade('BTC')") == Decimal("0.00000304")


@pytest.mark.parametrize("least", ["0.00000020", "0.00000199", "0.00000999"])
def test_nobody_offers_or_takes_less(world: World, least: str) -> None:
    with refused(world.connection, "bad_order"):
        draft(world, world.user(), min_order_amount=least)
    order, _ = sell_order(world, "0.1", min_order_amount="0.00001")
    with refused(world.connection, "amount_out_of_range"):
        take(world, order, world.user(), least)


def test_a_take_leaves_nothing_that_nobody_could_take(world: World) -> None:
    order, _ = sell_order(world, "0.1", min_order_amount="0.00001")
    for left in ("0.00000001", "0.00000999"):
        with refused(world.connection, "remainder_too_small"):
            take(world, order, world.user(), str(Decimal("0.1") - Decimal(left)))
    take(world, order, world.user(), "0.09999")
    take(world, order, world.user(), "0.00001")


def test_what_costs_next_to_nothing_earns_nothing(world: World) -> None:
    seller, buyer = world.user("seller"), world.user("buyer")
    cheap = settled(world, seller, buyer, "0.00019999")
    for author in (seller, buyer):
        with refused(world.connection, "trade_not_rated"):
            rate(world, cheap.id, author)
    found = refreshed(world, seller)
    assert (found.completed_trades, found.counterparties) == (0, 0)
    assert found.volume == 0
    worth = settled(world, seller, buyer, "0.0002")
    rate(world, worth.id, buyer)
    assert refreshed(world, seller).completed_trades == 1
    assert world.problems() == []


def test_a_dispute_lost_over_little_is_lost(world: World) -> None:
    seller = world.user("seller")
    ruled(world, open_between(world, seller, world.user("buyer"), "0.0001"), "payee")
    assert refreshed(world, seller).dispute_loss_bps == 10000


def test_a_row_that_changes_later_changes_no_trade(world: World) -> None:
    trade = settled(world, world.user("seller"), world.user("buyer"), "0.001")
    world.run("update public.trade_minimums set rated_from = 1 where currency = 'BTC'")
    rate(world, trade.id, trade.payee)
    assert refreshed(world, trade.payer).completed_trades == 1
    assert world.problems() == []


def _publish_until_refused(world: World, maker: UUID, kind: str) -> int:
    for n in range(200):
        order = draft(world, maker, kind, "0.001", min_order_amount="0.001")
        try:
            with world.connection.transaction():
                publish(world, order, maker)
        except psycopg.Error as error:
            if error.diag.message_primary == "limit_exceeded":
                return n
            raise
    raise AssertionError("nothing refuses")


@pytest.mark.parametrize(("tier", "sells", "buys"), [(0, 5, 1), (1, 15, 3), (2, 100, 20)])
def test_what_one_party_may_publish_is_bounded(
    world: World, tier: int, sells: int, buys: int
) -> None:
    maker, other = person(world, tier), person(world, tier)
    world.deposit(maker, "1")
    assert _publish_until_refused(world, other, "buy") == buys
    assert _publish_until_refused(world, maker, "sell") == sells
    # Paused is published; closed is not.
    order = world.rows("select id from public.p2p_orders where user_id = %s and status = 'active'",
                       maker)[0][0]  # fmt: skip
    world.command("order_pause", order_id=order, actor_id=maker)
    assert _publish_until_refused(world, maker, "sell") == 0
    world.command("order_cancel", order_id=order, actor_id=maker)
    assert _publish_until_refused(world, maker, "sell") == 1


def test_each_counterparty_backs_one_more_order_to_buy(world: World) -> None:
    maker, friend = person(world, 0), world.user("friend")
    for seller in (friend, friend, world.user("other")):
        settled(world, seller, maker, "0.001")
    refreshed(world, maker)
    assert _publish_until_refused(world, maker, "buy") == 3


def test_an_order_that_its_makers_limits_let_nobody_take_is_not_published(world: World) -> None:
    maker = person(world, 0)
    order = draft(world, maker, "buy", "1", min_order_amount="0.00401")
    with refused(world.connection, "limit_exceeded"):
        publish(world, order, maker)
    publish(world, draft(world, maker, "buy", "1", min_order_amount="0.004"), maker)


def _best(world: World, side: str, reader: UUID | None = None) -> Decimal | None:
    if reader:
        as_user(world.connection, reader)
    else:
        as_role(world.connection, "anon")
    found: Decimal | None = world.one("select private.best_price(%s, 'BTC', 'USD')::numeric", side)
    as_owner(world.connection)
    return found


def test_one_maker_has_a_few_lines_of_a_page(world: World) -> None:
    record_price(world, "50000")
    loud = world.user("loud")
    world.deposit(loud, "1000")
    mine = []
    for n in range(12):
        kind: dict[str, Any] = (
            {"price": 40000 + n} if n % 2 else {**MARGIN, "margin_bps": -3000 - n}
        )
        amount = ("0.5", "3", "20")[n % 3]
        mine.append(draft(world, loud, "sell", amount, **kind))
        publish(world, mine[-1], loud)
    others = [sell_order(world, price=str(50000 + n))[0] for n in range(5)]
    page = [order for order, _ in book(world, page_size=8)]
    assert page[3:] == others
    cheapest = world.rows(
        "select o.id from public.p2p_orders as o, private.price_of_order(o, private.clock()) as p "
        "where o.user_id = %s order by p.price limit 3", loud,
    )  # fmt: skip
    assert page[:3] == [order for (order,) in cheapest]
    assert len(book(world, page_size=2)) == 2
    # So has each of several, however many there are.
    louder = [world.user("louder") for _ in range(4)]
    for n in range(5):
        for maker in louder:
            world.deposit(maker, "1")
            order = draft(world, maker, "sell", "1", price=45000 + n)
            publish(world, order, maker)
    page = [order for order, _ in book(world, page_size=20)]
    makers = [world.one("select user_id from public.p2p_orders where id = %s", order)
              for order in page]  # fmt: skip
    assert len(page) == 20
    assert {makers.count(maker) for maker in (loud, *louder)} == {3}
    assert page[15:] == others


def test_the_best_price_is_one_with_something_behind_it(world: World) -> None:
    known, _ = buy_order(world, price="48000")
    fresh = person(world, 1)
    publish(world, draft(world, fresh, "buy", "1", price="99000"), fresh)
    assert [order for order, _ in book(world, "buy")][1] == known
    assert _best(world, "buy") == 48000
    # Once its maker has traded, the word counts.
    settled(world, world.user("seller"), fresh, "0.001")
    refreshed(world, fresh)
    assert _best(world, "buy") == 99000


def test_the_best_price_is_no_crumb_and_nothing_that_is_kept_from_the_reader(world: World) -> None:
    sell_order(world, price="50000")
    crumb, _ = sell_order(world, "0.0001", price="1", min_order_amount="0.0001")
    closed, _ = sell_order(world, price="2", min_taker_tier=2)
    assert {order for order, _ in book(world)} > {crumb, closed}
    assert _best(world, "sell") == 50000
    assert _best(world, "sell", person(world, 1)) == 50000
    assert _best(world, "sell", person(world, 2)) == 2
    # What is left of a large order may be one too.
    order, _ = sell_order(world, price="3", min_order_amount="0.0001")
    assert _best(world, "sell") == 3
    take(world, order, world.user(), "0.9999", expected_price="3")
    assert _best(world, "sell") == 50000


def test_makers_read_what_they_may_publish(world: World) -> None:
    maker = person(world, 0)
    publish(world, draft(world, maker, "buy", "0.001", min_order_amount="0.001"), maker)
    as_user(world.connection, maker)
    limits = world.one("select public.my_limits()")["limits"]
    as_owner(world.connection)
    told = {name: limits[name]["left"] for name in ("published_orders", "unbacked_orders")}
    assert told == {"published_orders": "4", "unbacked_orders": "0"}
    as_role(world.connection, "anon")
    assert world.one("select count(*) from public.trade_minimums") > 10
    assert world.one("select count(*) from public.take_cooldowns") > 10
    as_owner(world.connection)
