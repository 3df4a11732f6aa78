"""The scheduled function that renews the index, on sources that misbehave; takes at its price."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from stack.stack import Stack
from stack.stand_ins.price_source import PriceSource
from tests.world.http.desk import Desk

FUNCTION = "PricesFunction"


@pytest.fixture
def source(stack: Stack) -> Iterator[PriceSource]:
    """Both sources, which tell the same; every test begins without an index."""
    with stack.connect() as connection:
        connection.execute("delete from public.prices")
    with PriceSource(clock=stack.clock.now) as source:
        stack.configure(**source.variables())
        source.set("BTC", "USD", "50000.5")
        source.set("ETH", "EUR", "3000.123456789012345678")
        yield source


def index(stack: Stack, crypto: str = "BTC", fiat: str = "USD") -> Any:
    with stack.connect() as connection:
        row = connection.execute(
            "select price::numeric, sources from public.prices"
            " where cryptocurrency = %s and fiat_currency = %s",
            [crypto, fiat],
        ).fetchone()
    return row


def test_both_sources_make_the_index(stack: Stack, source: PriceSource) -> None:
    done = stack.tick(FUNCTION)
    # ETH has one index on Ethereum and the same on Base.
    assert (done["failed"], done["indexes"]) == (0, 3)
    assert index(stack) == (Decimal("50000.5"), ["coinbase", "coingecko"])
    assert index(stack, "ETH", "EUR")[0] == Decimal("3000.12345678901235")


@pytest.mark.parametrize("name", ["coingecko", "coinbase"])
@pytest.mark.parametrize("fault", ["fail", "drop_out", "talk_nonsense", "limit", "hang"])
def test_one_dead_source_neither_stops_the_tick_nor_makes_an_index_alone(
    stack: Stack, source: PriceSource, name: str, fault: str
) -> None:
    stack.tick(FUNCTION)
    source.set("BTC", "USD", "50100")
    broken = getattr(source, name)
    getattr(broken, fault)()
    done = stack.tick(FUNCTION)
    assert (done["failed"], done["indexes"]) == (1, 0)
    assert index(stack)[0] == Decimal("50000.5")
    broken.behave()
    assert stack.tick(FUNCTION)["indexes"] == 3
    assert index(stack)[0] == 50100


def test_a_source_that_lies_or_lags_renews_nothing(stack: Stack, source: PriceSource) -> None:
    stack.tick(FUNCTION)
    source.set("BTC", "USD", "50200")
    source.coinbase.lie("BTC", "USD")
    done = stack.tick(FUNCTION)
    assert (done["failed"], done["indexes"]) == (0, 2)
    source.coinbase.behave()
    source.coingecko.lag(hours=1)
    assert stack.tick(FUNCTION)["indexes"] == 0
    assert index(stack)[0] == Decimal("50000.5")


def test_a_margin_is_taken_over_http_until_the_index_is_stale(
    stack: Stack, source: PriceSource, desk: Desk
) -> None:
    maker, taker = stack.create_user(), stack.create_user()
    desk.deposit(maker)
    order = desk.draft(maker, price_type="margin", price=None, margin_bps=100)
    desk.done(maker, f"/orders/{order}/publish")
    body = {"amount": "0.1", "expected_price": "50500.505"}
    assert desk.post(taker, f"/orders/{order}/take", body).code == "price_stale"
    stack.tick(FUNCTION)
    taken = desk.done(taker, f"/orders/{order}/take", body)
    assert (taken["price"], taken["fiat_amount"]) == ("50500.505", "5050.05")
    source.set("BTC", "USD", "51000")
    stack.tick(FUNCTION)
    assert desk.post(taker, f"/orders/{order}/take", body).code == "price_changed"
    taken = desk.done(taker, f"/orders/{order}/take", {**body, "max_slippage_bps": 200})
    assert taken["price"] == "51510"
    (line,) = (line for line in desk.book(taker, "sell") if line["id"] == order)
    # Amounts are strings here too.
    assert (line["price"], line["remaining"], line["min_order_amount"]) == ("51510", "0.8", "0.01")


def test_pause_and_resume_over_http(stack: Stack, desk: Desk) -> None:
    maker, taker = stack.create_user(), stack.create_user()
    desk.deposit(maker)
    order = desk.draft(maker)
    desk.done(maker, f"/orders/{order}/publish")
    assert desk.done(maker, f"/orders/{order}/pause")["status"] == "paused"
    body = {"amount": "0.1", "expected_price": "50000", "payment_method": "sepa"}
    assert desk.post(taker, f"/orders/{order}/take", body).code == "order_not_found"
    assert desk.post(taker, f"/orders/{order}/resume").code == "order_not_found"
    assert desk.done(maker, f"/orders/{order}/resume")["status"] == "active"
    wrong = {**body, "payment_method": "pix"}
    assert desk.post(taker, f"/orders/{order}/take", wrong).code == "payment_method_not_offered"
    desk.done(taker, f"/orders/{order}/take", body)
