"""Limits: counted from the trades, on both sides, with an answer that helps."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest

from stack.identity import as_owner, as_user
from tests.world.escrow import Escrow
from tests.world.prices import record_price
from tests.world.refused import refused
from tests.world.trades import draft, publish, sell_order, take
from tests.world.verifications import operator_says, person
from tests.world.world import World

# At 50,000 USD: what a tenth of a coin is worth, and so on.
PER_TRADE, DAILY, MONTHLY = "1000", "2500", "4000"


@pytest.fixture
def taker(world: World) -> UUID:
    """Somebody who has shown a phone, and may do little."""
    world.run(
        "update public.verification_tiers set per_trade_limit = %s, daily_limit = %s, "
        "monthly_limit = %s, max_open_trades = 4, max_unpaid_takes = 4, max_method_risk = 'medium' "
        "where id = 1",
        PER_TRADE, DAILY, MONTHLY,
    )  # fmt: skip
    return person(world, 1)


@pytest.fixture
def order(world: World) -> UUID:
    """One coin, of a maker without limits, whose worth is known."""
    record_price(world, "50000")
    until = world.now() + timedelta(days=60)
    return sell_order(world, "1", min_order_amount="0.0001", expires_at=until)[0]


@contextmanager
def limited(world: World) -> Iterator[dict[str, Any]]:
    """The block goes beyond a limit; what the error tells about it."""
    told: dict[str, Any] = {}
    with pytest.raises(psycopg.Error) as caught, world.connection.transaction():
        yield told
    diag = caught.value.diag
    assert diag.message_primary == "limit_exceeded", caught.value
    detail = json.loads(diag.message_detail or "")
    told.update(detail["limit"], detail=detail["detail"])


def mine(world: World, who: UUID) -> dict[str, Any]:
    as_user(world.connection, who)
    found: dict[str, Any] = world.one("select public.my_limits()")
    as_owner(world.connection)
    return found


def ended(world: World, trade: UUID, taker: UUID, event: str, role: str) -> None:
    (seller,) = world.rows("select seller_id from public.p2p_trades where id = %s", trade)[0]
    escrow = Escrow(world, trade, seller, taker)
    if event == "accept":
        escrow.commit("perform", "payee")
    escrow.commit(event, role)


def test_one_trade_is_worth_at_most_the_limit(world: World, taker: UUID, order: UUID) -> None:
    with limited(world) as told:
        take(world, order, taker, "0.0201")
    assert told == {
        "name": "per_trade", "side": "taker", "maximum": "1000", "left": "1000", "unit": "USD",
        "frees_at": None, "detail": "Of the limit per_trade (1000 USD) 1000 is left.",
    }  # fmt: skip
    trade = take(world, order, taker, "0.02")
    worth = world.one(
        "select reference_amount::numeric from public.p2p_trades where id = %s", trade
    )
    assert worth == Decimal(PER_TRADE)


def test_the_last_24_hours(world: World, taker: UUID, order: UUID) -> None:
    first = take(world, order, taker, "0.02")
    at = world.one("select created_at from public.p2p_trades where id = %s", first)
    ended(world, first, taker, "accept", "payer")
    world.advance(hours=1)
    second = take(world, order, taker, "0.02")
    ended(world, second, taker, "accept", "payer")
    with limited(world) as told:
        take(world, order, taker, "0.0101")
    assert (told["name"], told["left"], told["unit"]) == ("daily", "500", "USD")
    assert datetime.fromisoformat(told["frees_at"]) == at + timedelta(hours=24)
    assert "some of it frees at" in told["detail"]
    world.advance(hours=22, minutes=59)
    with refused(world.connection, "limit_exceeded"):
        take(world, order, taker, "0.0101")
    world.advance(minutes=1)
    take(world, order, taker, "0.0101")


def test_the_last_30_days(world: World, taker: UUID, order: UUID) -> None:
    for _ in range(4):
        ended(world, take(world, order, taker, "0.02"), taker, "accept", "payer")
        world.advance(days=1)
    with limited(world) as told:
        take(world, order, taker, "0.0001")
    assert (told["name"], told["left"]) == ("monthly", "0")
    world.advance(days=26)
    record_price(world, "50000")
    take(world, order, taker, "0.02")
    with refused(world.connection, "limit_exceeded"):
        take(world, order, taker, "0.0001")


def test_what_was_given_up_counts_for_who_gave_it_up_and_for_nobody_else(
    world: World, taker: UUID, order: UUID
) -> None:
    (maker,) = world.rows("select user_id from public.p2p_orders where id = %s", order)[0]
    operator_says(world, maker, "grant_tier", tier=1)
    for n, (*before, event, role, status) in enumerate((
        ("concede", "payee", "cancelled"), ("timeout_refund", "timer", "cancelled"),
        ("perform", "concede", "payee", "refunded"),
    )):  # fmt: skip
        trade = take(world, order, taker, "0.01")
        assert mine(world, maker)["limits"]["daily"]["used"] == "500"
        for move in before:
            ended(world, trade, taker, move, role)
        if role == "timer":
            world.advance(hours=2)
        ended(world, trade, taker, event, role)
        assert (
            world.one("select status::text from public.p2p_trades where id = %s", trade) == status
        )
        daily = mine(world, taker)["limits"]["daily"]
        assert daily["used"] == str(500 * (n + 1))
        daily = mine(world, maker)["limits"]["daily"]
        assert (daily["used"], daily["left"], daily["frees_at"]) == ("0", DAILY, None)
        world.advance(minutes=11)
    world.advance(hours=24)
    assert mine(world, taker)["limits"]["daily"]["used"] == "0"


def test_trades_count_on_either_side(world: World, taker: UUID, order: UUID) -> None:
    take(world, order, taker, "0.02")
    # Now they sell to somebody's order to buy.
    buyer = world.user("buyer")
    wanted = draft(world, buyer, "buy", min_order_amount="0.0001")
    publish(world, wanted, buyer)
    world.deposit(taker, "1")
    take(world, wanted, taker, "0.02")
    with limited(world) as told:
        take(world, wanted, taker, "0.0101")
    assert (told["name"], told["left"]) == ("daily", "500")


def test_open_trades_are_capped(world: World, taker: UUID, order: UUID) -> None:
    world.run("update public.verification_tiers set max_unpaid_takes = null where id = 1")
    trades = [take(world, order, taker, "0.001") for _ in range(4)]
    with limited(world) as told:
        take(world, order, taker, "0.001")
    assert (told["name"], told["left"], told["unit"]) == ("open_trades", "0", "trades")
    ended(world, trades[0], taker, "accept", "payer")
    take(world, order, taker, "0.001")


def test_incident_27_takes_without_payment_are_capped(
    world: World, taker: UUID, order: UUID
) -> None:
    world.run("update public.verification_tiers set max_unpaid_takes = 2 where id = 1")
    trades = [take(world, order, taker, "0.001") for _ in range(2)]
    with limited(world) as told:
        take(world, order, taker, "0.001")
    assert (told["name"], told["left"]) == ("unpaid_takes", "0")
    # What is paid no longer hides an offer.
    Escrow(world, trades[0], world.user(), taker).commit("perform", "payee")
    take(world, order, taker, "0.001")
    # Selling to an order pays at once.
    buyer = world.user("buyer")
    wanted = draft(world, buyer, "buy", min_order_amount="0.0001")
    publish(world, wanted, buyer)
    world.deposit(taker, "1")
    take(world, wanted, taker, "0.001")


def test_the_makers_limits_hold_too_and_stay_private(world: World, taker: UUID) -> None:
    world.deposit(taker, "2")
    record_price(world, "50000")
    order = draft(world, taker, min_order_amount="0.0001")
    publish(world, order, taker)
    with pytest.raises(psycopg.Error) as caught, world.connection.transaction():
        take(world, order, world.user(), "0.0201")
    diag = caught.value.diag
    assert diag.message_primary == "counterparty_limit"
    told = f"{diag.message_detail} {diag.message_hint}"
    assert not [figure for figure in told if figure.isdigit()]
    assert "daily" not in told
    for _ in range(2):
        take(world, order, world.user(), "0.02")
    with refused(world.connection, "counterparty_limit"):
        take(world, order, world.user(), "0.0101")


def test_the_limit_of_a_payment_method_binds_everybody(world: World) -> None:
    world.run("update public.payment_methods set trade_limit = 100 where id = 'sepa'")
    order, _ = sell_order(world, min_order_amount="0.0001")
    with limited(world) as told:
        take(world, order, world.user(), "0.0021")
    assert (told["name"], told["maximum"], told["unit"]) == ("payment_method", "100", "USD")
    take(world, order, world.user(), "0.002")


def test_a_risky_payment_method_needs_a_higher_tier(world: World, taker: UUID) -> None:
    world.run("update public.payment_methods set risk = 'high' where id = 'sepa'")
    order, _ = sell_order(world, min_order_amount="0.0001")
    with refused(world.connection, "method_too_risky"):
        take(world, order, taker, "0.001")
    world.deposit(taker, "2")
    own = draft(world, taker, min_order_amount="0.0001")
    publish(world, own, taker)
    with refused(world.connection, "counterparty_limit"):
        take(world, own, world.user(), "0.001")
    operator_says(world, taker, "grant_tier", tier=2)
    take(world, order, taker, "0.001")


def test_an_order_may_ask_for_a_higher_tier(world: World, taker: UUID) -> None:
    order, _ = sell_order(world, min_order_amount="0.0001", min_taker_tier=2)
    with refused(world.connection, "tier_too_low"):
        take(world, order, taker, "0.001")
    take(world, order, person(world, 2), "0.001")


def test_the_index_goes_before_the_price_that_was_agreed(world: World, taker: UUID) -> None:
    """Else two friends would trade a coin for a cent."""
    maker = world.user("maker")
    world.deposit(maker, "2")
    order = draft(world, maker, price="1", min_order_amount="0.0001")
    publish(world, order, maker)
    record_price(world, "60000")
    at = {"expected_price": "1"}
    with limited(world) as told:
        take(world, order, taker, "0.02", **at)
    assert told["name"] == "per_trade"
    trade = take(world, order, taker, "0.01", **at)
    worth = "select reference_amount::numeric from public.p2p_trades where id = %s"
    assert world.one(worth, trade) == 600


def test_a_stablecoin_is_worth_its_peg(world: World, taker: UUID) -> None:
    fields = {"cryptocurrency": "USDC_BASE", "fiat_currency": "EUR", "price": "0.9",
              "min_order_amount": "1", "max_order_amount": "5000"}  # fmt: skip
    maker = world.user("maker")
    world.deposit(maker, "5000", "USDC_BASE")
    order = draft(world, maker, amount="5000", **fields)
    publish(world, order, maker)
    at = {"expected_price": "0.9"}
    with limited(world) as told:
        take(world, order, taker, "1001", **at)
    assert told["name"] == "per_trade"
    trade = take(world, order, taker, "1000", **at)
    worth = world.one(
        "select reference_amount::numeric from public.p2p_trades where id = %s", trade
    )
    assert worth == 1000


def test_a_limit_needs_to_know_the_worth(world: World, taker: UUID) -> None:
    maker = world.user("maker")
    world.deposit(maker, "2")
    order = draft(world, maker, fiat_currency="EUR", min_order_amount="0.0001")
    publish(world, order, maker)
    with refused(world.connection, "price_unknown"):
        take(world, order, taker, "0.001")
    # Who has no limit needs no worth.
    trade = take(world, order, world.user(), "0.001")
    assert world.one("select reference_amount from public.p2p_trades where id = %s", trade) is None
    world.run("update public.payment_methods set trade_limit = 100 where id = 'sepa'")
    with refused(world.connection, "price_unknown"):
        take(world, order, world.user(), "0.001")


def test_everybody_reads_the_tiers_and_their_own_limits(
    world: World, taker: UUID, order: UUID
) -> None:
    trade = take(world, order, taker, "0.02")
    at = world.one("select created_at from public.p2p_trades where id = %s", trade)
    found = mine(world, taker)
    frees = {name: each.pop("frees_at") for name, each in found["limits"].items()}
    assert found == {
        "tier": 1, "name": "Phone", "currency": "USD", "max_method_risk": "medium",
        "limits": {
            "per_trade": {"limit": "1000", "used": "0", "left": "1000"},
            "daily": {"limit": "2500", "used": "1000", "left": "1500"},
            "monthly": {"limit": "4000", "used": "1000", "left": "3000"},
            "open_trades": {"limit": "4", "used": "1", "left": "3"},
            "unpaid_takes": {"limit": "4", "used": "1", "left": "3"},
            "published_orders": {"limit": "15", "used": "0", "left": "15"},
            "unbacked_orders": {"limit": "3", "used": "0", "left": "3"},
        },
        "waits_until": None,
    }  # fmt: skip
    assert {name: datetime.fromisoformat(each) for name, each in frees.items() if each} == {
        "daily": at + timedelta(hours=24), "monthly": at + timedelta(days=30),
    }  # fmt: skip
    free = mine(world, world.user())["limits"]
    assert {each["limit"] for each in free.values()} == {each["left"] for each in free.values()}
    assert {each["left"] for each in free.values()} == {None}
    with world.acting("anon"):
        assert world.one("select count(*) from public.verification_tiers") == 4
