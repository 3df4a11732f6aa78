"""The book: what is in it, in which order, page by page; and orders that follow the index."""

from decimal import Decimal
from random import Random
from typing import Any, LiteralString
from uuid import UUID, uuid4

import pytest

from stack.identity import as_owner, as_role, as_user
from tests.world.escrow import Escrow
from tests.world.prices import record_price
from tests.world.refused import refused
from tests.world.trades import draft, publish, sell_order, take
from tests.world.world import World

MARGIN: dict[str, Any] = {"price_type": "margin", "price": None}


def book(world: World, side: str = "sell", **asked: Any) -> list[tuple[Any, Any]]:
    """Ids and prices as a reader without an account sees them."""
    values = {"side": side, "cryptocurrency": "BTC", "fiat_currency": "USD"} | asked
    named = ", ".join(f"{name} => %s" for name in values)
    as_role(world.connection, "anon")
    lines = world.connection.execute(
        f"select id, price::numeric from public.p2p_book({named})".encode(), list(values.values())
    ).fetchall()
    as_owner(world.connection)
    return lines


def buy_order(world: World, **fields: Any) -> tuple[UUID, UUID]:
    maker = world.user("maker")
    order = draft(world, maker, "buy", **fields)
    publish(world, order, maker)
    return order, maker


def test_the_best_price_for_the_taker_comes_first(world: World) -> None:
    record_price(world, "50000")
    sells = [
        sell_order(world, price="50100")[0],
        sell_order(world, **MARGIN, margin_bps=10)[0],
        sell_order(world, price="49000")[0],
        sell_order(world, **MARGIN, margin_bps=-1)[0],
    ]
    assert book(world) == [
        (sells[2], 49000), (sells[3], 49995), (sells[1], 50050), (sells[0], 50100),
    ]  # fmt: skip
    buys = [buy_order(world, price="50100")[0], buy_order(world, **MARGIN, margin_bps=30)[0]]
    assert book(world, "buy") == [(buys[1], 50150), (buys[0], 50100)]


@pytest.mark.parametrize("side", ["sell", "buy"])
@pytest.mark.parametrize("index", ["49999.99999999999999", "50000", "33333.333"])
def test_pages_go_on_where_the_last_one_ended(world: World, side: str, index: str) -> None:
    """Every order once and in order, whatever stands on the edge of a page."""
    record_price(world, index)
    random = Random(side + index)
    made = set()
    for _ in range(40):
        fields: dict[str, Any] = random.choice([
            {"price": Decimal(index) * random.choice([1, 2])},
            {"price": random.choice(["50000", "49999", "50001.000000000000000001"])},
            {**MARGIN, "margin_bps": random.choice([-1, 0, 0, 1, 10000])},
        ])  # fmt: skip
        maker = world.user("maker")
        order = draft(world, maker, side, id=uuid4(), **fields)
        if side == "sell":
            world.deposit(maker, "1")
        publish(world, order, maker)
        made.add(order)
    whole = book(world, side, page_size=100)
    assert {order for order, _ in whole} == made
    keys = [(price if side == "sell" else -price, order) for order, price in whole]
    assert keys == sorted(keys)
    for size in (1, 7):
        paged: list[tuple[UUID, Decimal]] = []
        while True:
            after = {"after_price": paged[-1][1], "after_id": paged[-1][0]} if paged else {}
            page = book(world, side, page_size=size, **after)
            if not page:
                break
            paged += page
        assert paged == whole


def test_incident_30_the_book_shows_no_dead_order(world: World) -> None:
    """What cannot be taken now is not offered: paused, closed, asleep, stale, run out, reserved."""
    record_price(world, "50000")
    kept, _ = sell_order(world)
    paused, paused_maker = sell_order(world)
    cancelled, cancelled_maker = sell_order(world)
    asleep, _ = sell_order(world, trigger_price="50001")
    follows, _ = sell_order(world, **MARGIN, margin_bps=0)
    reserved, _ = sell_order(world)
    take(world, reserved, world.user(), "1")
    assert {order for order, _ in book(world)} == {kept, paused, cancelled, follows}
    world.command("order_pause", order_id=paused, actor_id=paused_maker)
    world.command("order_cancel", order_id=cancelled, actor_id=cancelled_maker)
    assert {order for order, _ in book(world)} == {kept, follows}
    record_price(world, "50001")
    assert {order for order, _ in book(world)} == {kept, follows, asleep}
    world.advance(minutes=10)
    assert {order for order, _ in book(world)} == {kept}
    for order, code in ((follows, "price_stale"), (asleep, "price_stale")):
        with refused(world.connection, code):
            take(world, order, world.user())
    world.advance(days=31)
    assert book(world) == []


def test_incident_27_a_take_without_payment_gives_its_part_back(world: World) -> None:
    """A take hides no more than it reserves, and that for its own short time only."""
    order, maker = sell_order(world)
    taker = world.user()
    trade = Escrow(world, take(world, order, taker, "0.6"), maker, taker)
    assert [line[0] for line in book(world, amount="0.4")] == [order]
    assert book(world, amount="0.5") == []
    trade.expire()
    trade.commit("timeout_refund", "timer")
    assert [line[0] for line in book(world, amount="1")] == [order]


def test_the_book_is_filtered(world: World) -> None:
    pix, _ = sell_order(world, payment_methods=["pix", "sepa"], min_order_amount="0.5")
    other, _ = sell_order(world, payment_methods=["wise"], min_taker_tier=2)
    sell_order(world, fiat_currency="EUR")

    def found(**asked: Any) -> set[UUID]:
        return {order for order, _ in book(world, **asked)}

    assert found() == {pix, other}
    assert found(payment_method="pix") == found(payment_method="sepa") == {pix}
    assert found(payment_method="barter") == set()
    assert found(amount="0.4") == {other}
    assert found(amount="1") == {pix, other}
    assert found(amount="1.1") == set()
    assert found(tier=1) == {pix}
    assert found(tier=2) == {pix, other}
    assert len(book(world, page_size=1)) == len(book(world, page_size=-5)) == 1
    with refused(world.connection, "bad_page"):
        book(world, after_price="1")


def test_the_book_keeps_apart_who_has_blocked_whom(world: World) -> None:
    order, maker = sell_order(world)
    first, second, third = (world.user() for _ in range(3))
    world.run(
        "insert into public.p2p_blocks values (%s, %s), (%s, %s)", maker, first, second, maker
    )
    for reader, sees in ((first, False), (second, False), (third, True)):
        as_user(world.connection, reader)
        lines = world.rows("select id from public.p2p_book('sell', 'BTC', 'USD')")
        assert (lines == [(order,)]) is sees
        as_owner(world.connection)
    assert [line[0] for line in book(world)] == [order]


def test_the_summary_counts_and_tells_the_best_price(world: World) -> None:
    for price in ("50000", "49000"):
        sell_order(world, price=price)
    buy_order(world, price="48000")
    closed, maker = sell_order(world, fiat_currency="EUR")
    summary = "select fiat_currency, type::text, orders, best_price::numeric from {} order by 1, 2"

    def seen() -> list[tuple[Any, ...]]:
        with world.acting("service_role"):
            world.run("select service.book_count()")
        as_role(world.connection, "anon")
        rows = world.connection.execute(
            summary.format("public.p2p_book_summary").encode()
        ).fetchall()
        as_owner(world.connection)
        return rows

    usd = [("USD", "buy", 1, 48000), ("USD", "sell", 2, 49000)]
    assert seen() == [("EUR", "sell", 1, 50000), *usd]
    world.command("order_cancel", order_id=closed, actor_id=maker)
    world.advance(seconds=1)
    assert seen() == usd


def test_a_margin_is_taken_at_the_price_of_the_moment_exactly(world: World) -> None:
    as_of = record_price(world, "50000.12345678901234")
    order, _ = sell_order(world, **MARGIN, margin_bps=123)
    price = Decimal("50000.12345678901234") * 10123 / 10000
    trade = take(world, order, world.user(), "0.1", expected_price=price)
    assert world.rows(
        "select price::numeric, price_source, price_as_of, fiat_amount::numeric "
        "from public.p2p_trades where id = %s", trade,
    ) == [(price, "coinbase,coingecko", as_of, Decimal("5061.51"))]  # fmt: skip
    # The index moves on; neither the order's row nor the trade follows it.
    record_price(world, "60000")
    assert world.one("select price::numeric from public.p2p_trades where id = %s", trade) == price
    assert world.one("select version from public.p2p_orders where id = %s", order) == 3


@pytest.mark.parametrize("side", ["sell", "buy"])
def test_a_taker_pays_no_more_than_the_slippage_and_less_at_once(world: World, side: str) -> None:
    record_price(world, "50000")
    order, _ = sell_order(world, **MARGIN, margin_bps=0) if side == "sell" else buy_order(
        world, **MARGIN, margin_bps=0
    )  # fmt: skip
    taker = world.user()
    world.deposit(taker, "1")
    worse, better = ("50500", "49000") if side == "sell" else ("49500", "51000")

    def try_at(index: str, slippage: int | None) -> UUID:
        record_price(world, index)
        return take(world, order, taker, "0.1", expected_price="50000", max_slippage_bps=slippage)

    for slippage in (None, 0, 99, -100):
        with refused(world.connection, "price_changed"):
            try_at(worse, slippage)
    for trade, index in ((try_at(worse, 100), worse), (try_at(better, None), better)):
        assert world.one(
            "select fiat_amount::numeric from public.p2p_trades where id = %s", trade
        ) == Decimal(index) / 10  # fmt: skip


@pytest.mark.parametrize(
    ("side", "trigger", "awake", "asleep"),
    [("sell", "50000", "50000", "49999.99"), ("buy", "50000", "50000", "50000.01")],
)
def test_an_order_sleeps_until_its_trigger(
    world: World, side: str, trigger: str, awake: str, asleep: str
) -> None:
    made = sell_order if side == "sell" else buy_order
    order, _ = made(world, trigger_price=trigger)
    taker = world.user()
    world.deposit(taker, "1")
    with refused(world.connection, "price_stale"):
        take(world, order, taker)
    record_price(world, asleep)
    with refused(world.connection, "order_asleep"):
        take(world, order, taker)
    assert book(world, side) == []
    record_price(world, awake)
    assert [line[0] for line in book(world, side)] == [order]
    take(world, order, taker)


@pytest.mark.parametrize(
    "changes",
    [
        {"price_type": "margin", "margin_bps": 0},
        MARGIN, {**MARGIN, "margin_bps": -9901}, {**MARGIN, "margin_bps": 100_001},
        {"price": None}, {"margin_bps": 0}, {"price": None, "margin_bps": 0},
        {"trigger_price": "0"}, {"trigger_price": "-1"},
    ],
)  # fmt: skip
def test_an_order_has_one_kind_of_price(world: World, changes: dict[str, Any]) -> None:
    with refused(world.connection, "bad_order"):
        draft(world, world.user(), **changes)


def test_a_pair_without_an_index_has_fixed_prices_only(world: World) -> None:
    world.run("update public.price_rules set is_active = false where fiat_currency = 'EUR'")
    maker = world.user()
    draft(world, maker, fiat_currency="EUR")
    for changes in ({**MARGIN, "margin_bps": 0}, {"trigger_price": "1"}):
        with refused(world.connection, "bad_order"):
            draft(world, maker, fiat_currency="EUR", **changes)


def test_only_its_maker_reads_at_which_price_an_order_wakes(world: World) -> None:
    record_price(world, "50000")
    order, maker = sell_order(world, trigger_price="49000")
    query: LiteralString = "select trigger_price::numeric from public.p2p_orders where id = %s"
    as_user(world.connection, maker)
    assert world.rows(query, order) == [(49000,)]
    as_user(world.connection, world.operator)
    assert world.rows(query, order) == []
    # To others it is a line of the book, and an order to take.
    (line,) = world.rows("select to_jsonb(o) from public.p2p_order(%s) as o", order)
    assert line[0]["price"] == "50000"
    assert "49000" not in str(line)
    as_role(world.connection, "anon")
    with refused(world.connection, "42501"):
        world.rows("select count(*) from public.p2p_orders where id = %s", order)
    as_owner(world.connection)
    assert [line[0] for line in book(world)] == [order]
