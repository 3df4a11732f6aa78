"""Limits are not counted at a price that the parties chose, and bank money has a worth."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.world.market import PARTS, listing, offer
from tests.world.operators import limit
from tests.world.prices import list_rates, record_price, set_rate
from tests.world.refused import refused
from tests.world.trades import draft, publish, take
from tests.world.verifications import person
from tests.world.world import World

# What the lowest tier may trade at once; what the taker below may.
SMALLEST, OWN = Decimal(200), Decimal(1000)
FRESH, OLD, NONE = timedelta(), timedelta(days=7, minutes=1), None
LAST_WEEK = timedelta(days=6, hours=23)
KNOWN = (FRESH, timedelta(hours=1), timedelta(days=2), LAST_WEEK)


@pytest.fixture
def taker(world: World) -> UUID:
    """May trade 1,000 at once; the lowest tier 200."""
    return person(world, 1)


def _worth(world: World, currency: str, amount: str, fiat: str, paid: str) -> Decimal | None:
    worth: Decimal | None = world.one(
        "select private.reference_worth(%s, %s, %s, %s, private.clock())::numeric",
        currency, Decimal(amount), fiat, Decimal(paid),
    )  # fmt: skip
    return worth


def _known(world: World, currency: str) -> bool:
    known: bool = world.one("select private.worth_is_known(%s, private.clock())", currency)
    return known


def _aged(world: World, age: timedelta | None, pair: tuple[str, str], price: str) -> None:
    if age is None:
        return
    record_price(world, price, pair=pair)
    world.advance_to(world.now() + age)


# --- The table: every currency, each age of its index, prices above and below it.


@pytest.mark.parametrize(
    "age", [FRESH, timedelta(hours=1), timedelta(days=2), LAST_WEEK, OLD, NONE]
)
@pytest.mark.parametrize("factor", ["0.0001", "0.5", "1", "1.5"])
def test_the_worth_is_the_higher_of_price_and_last_index(
    world: World, age: timedelta | None, factor: str
) -> None:
    currencies = world.rows(
        "select code, pegged_to is not null from public.currencies"
        " where kind = 'crypto' and is_active order by code"
    )
    assert len(currencies) > 12
    for number, (code, pegged) in enumerate(currencies):
        with world.connection.transaction(force_rollback=True):
            price = Decimal(1) if pegged else Decimal(7 + number)
            _aged(world, age, (code, "USD"), str(price))
            paid = Decimal(100) * price * Decimal(factor)
            worth = _worth(world, code, "100", "USD", str(paid))
            indexed = price * 100 if age is not None or pegged else Decimal(0)
            assert worth == max(indexed, paid), (code, worth)
            assert _known(world, code) is (pegged or age in KNOWN), code


@pytest.mark.parametrize(
    ("age", "price", "amount", "code"),
    [
        # A price far below the index: what it is worth counts.
        (FRESH, "5", "0.02", None), (FRESH, "5", "0.0201", "limit_exceeded"),
        (timedelta(days=2), "5", "0.0201", "limit_exceeded"),
        (LAST_WEEK, "5", "0.0201", "limit_exceeded"), (LAST_WEEK, "5", "0.02", None),
        # A price above the index counts too.
        (FRESH, "100000", "0.0101", "limit_exceeded"), (FRESH, "100000", "0.01", None),
        # Older than a week: the lowest tier, at the higher of price and that index.
        (OLD, "50000", "0.004", None), (OLD, "50000", "0.0041", "price_unknown"),
        (OLD, "5", "0.0041", "price_unknown"), (OLD, "5", "0.0201", "limit_exceeded"),
        (OLD, "100000", "0.002", None), (OLD, "100000", "0.0021", "price_unknown"),
        # Nobody ever said: the lowest tier, at the price.
        (NONE, "50000", "0.004", None), (NONE, "50000", "0.0041", "price_unknown"),
        (NONE, "50000", "0.0201", "limit_exceeded"),
    ],
)  # fmt: skip
def test_a_take_is_limited_by_what_it_is_worth(
    world: World, taker: UUID, age: timedelta | None, price: str, amount: str, code: str | None
) -> None:
    maker = world.user("maker")
    world.deposit(maker, "2")
    _aged(world, age, ("BTC", "USD"), "50000")
    order = draft(world, maker, price=price, min_order_amount="0.0001", max_order_amount="0.5")
    publish(world, order, maker)
    at: dict[str, Any] = {"expected_price": price}
    if code is None:
        take(world, order, taker, amount, **at)
    else:
        with refused(world.connection, code):
            take(world, order, taker, amount, **at)
    # Who has no limit is asked for none.
    take(world, order, world.user(), amount, **at)


def test_small_takes_of_unknown_worth_add_up(world: World, taker: UUID) -> None:
    maker = world.user("maker")
    world.deposit(maker, "2")
    order = draft(world, maker, price="50000", min_order_amount="0.0001")
    publish(world, order, maker)
    for _ in range(2):
        take(world, order, taker, "0.004")
    with refused(world.connection, "price_unknown"):
        take(world, order, taker, "0.004")


# --- Bank money.

FIAT = {"EUR": "1.08", "GBP": "1.26", "KES": "0.0077", "NGN": "0.00065", "IDR": "0.0000628"}


def _deal(world: World, taker: UUID, currency: str, amount: str) -> None:
    """A contract in bank money, inside the rail of the balance."""
    until = world.now() + timedelta(days=20)
    seller = world.user("seller")
    listed = listing(world, seller, currency=currency, price=amount)
    parts = [{**PARTS[0], "amount": amount}]
    made = offer(world, taker, listed, amount=amount, milestones=parts, expires_at=until)
    world.command("offer_accept", offer_id=made, actor_id=seller)


@pytest.mark.parametrize("currency", ["USD", *FIAT])
@pytest.mark.parametrize("by", ["list", "operator", "nobody", "ended"])
def test_a_contract_in_bank_money_is_limited_by_its_worth(
    world: World, taker: UUID, currency: str, by: str
) -> None:
    rate = Decimal(FIAT.get(currency, "1"))
    if currency != "USD":
        if by == "list":
            assert list_rates(world, {currency: str(rate)}) == 1
        elif by in ("operator", "ended"):
            set_rate(world, currency, str(rate), ends_at=world.now() + timedelta(days=8))
            if by == "ended":
                world.advance(days=8, minutes=1)
    decimals = world.one("select decimals from public.currencies where code = %s", currency)
    unit = Decimal(1).scaleb(-decimals)
    fits, too_much = (
        (OWN * part / rate).quantize(unit) for part in (Decimal("0.99"), Decimal("1.01"))
    )
    if currency != "USD" and by in ("nobody", "ended"):
        for amount in (unit * 1000, fits, too_much):
            with refused(world.connection, "price_unknown"):
                _deal(world, taker, currency, str(amount))
        return
    # Who accepts is told nothing about the limits of who offered.
    with refused(world.connection, "counterparty_limit"):
        _deal(world, taker, currency, str(too_much))
    _deal(world, taker, currency, str(fits))


def test_what_is_paid_in_bank_money_counts_where_it_is_more(world: World) -> None:
    list_rates(world, {"EUR": "1.10"})
    record_price(world, "50000")
    assert _worth(world, "BTC", "0.01", "EUR", "400") == 500
    assert _worth(world, "BTC", "0.01", "EUR", "600") == 660
    assert _worth(world, "LTC", "1", "EUR", "600") == 660
    assert _worth(world, "LTC", "1", "KES", "600") is None
    assert not _known(world, "LTC")


def test_a_list_is_believed_within_reason(world: World) -> None:
    assert (
        list_rates(world, {"EUR": "1.10", "GBP": "1.26", "XXX": "3", "USD": "2", "BTC": "1"}) == 2
    )
    assert list_rates(world, {"EUR": "1.33"}) == 0
    assert list_rates(world, {"EUR": "0.87"}) == 0
    assert list_rates(world, {"EUR": "1.31"}) == 1
    assert list_rates(world, {"EUR": "1.2"}, as_of=world.now() - timedelta(days=1)) == 0
    # What stands no longer binds nobody.
    world.advance(days=8)
    assert list_rates(world, {"EUR": "3"}) == 1


@pytest.mark.parametrize(
    "changes",
    [{"as_of": "2001-01-01T00:00:00Z"}, {"as_of": "9000-01-01T00:00:00Z"}, {"as_of": None},
     {"rates": [{"currency": "EUR", "rate": "0"}]}, {"rates": [{"currency": "EUR", "rate": "-1"}]},
     {"rates": [{"currency": "EUR", "rate": "1000000000"}]}, {"rates": [{"currency": "EUR"}]},
     {"rates": [{"currency": "EUR", "rate": "NaN"}]}, {"rates": None}, {"source": None}],
)  # fmt: skip
def test_a_list_that_is_none_is_refused(world: World, changes: dict[str, Any]) -> None:
    with refused(world.connection, "bad_rate", "bad_type"):
        list_rates(world, {"EUR": "1.1"}, **changes)
    assert world.one("select count(*) from public.fiat_rates") == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"rate": "0"}, "bad_rate"), ({"rate": "-1"}, "bad_rate"), ({"rate": "NaN"}, "bad_rate"),
     ({"rate": None}, "bad_rate"), ({"currency": "USD"}, "bad_rate"),
     ({"currency": "BTC"}, "bad_rate"), ({"currency": "XXX"}, "bad_rate"),
     ({"source": ""}, "bad_rate"), ({"source": None}, "bad_rate"), ({"ends_at": None}, "bad_rate"),
     ({"ends_at": "9000-01-01T00:00:00Z"}, "bad_rate"),
     ({"ends_at": "2001-01-01T00:00:00Z"}, "bad_rate"),
     ({"as_of": "2001-01-01T00:00:00Z"}, "bad_rate"),
     ({"as_of": "9000-01-01T00:00:00Z"}, "bad_rate"), ({"reason": ""}, "reason_required"),
     ({"aal": "aal1"}, "step_up_required")],
)  # fmt: skip
def test_a_wrong_rate_of_an_operator_is_refused(
    world: World, changes: dict[str, Any], code: str
) -> None:
    with refused(world.connection, code, "bad_type"):
        set_rate(world, **{"currency": "KES", "rate": "0.0077"} | changes)
    assert world.one("select count(*) from public.fiat_rates") == 0


def test_what_an_operator_said_stands_until_its_end(world: World) -> None:
    set_rate(world, "KES", "0.0077")
    assert list_rates(world, {"KES": "0.0078"}) == 0
    world.advance(days=30, minutes=1)
    assert not _known(world, "KES")
    assert list_rates(world, {"KES": "0.0090"}) == 1
    by_operator, rate = world.rows("select by_operator, rate::numeric from public.fiat_rates")[0]
    assert (by_operator, rate) == (False, Decimal("0.0090"))
    # A list of a week ago counts for nothing.
    world.advance(days=7, minutes=1)
    assert not _known(world, "KES")


def test_a_list_is_asked_for_once_an_hour(world: World) -> None:
    wanted = world.one("select service.fiat_rates_due()")
    assert (wanted["reference"], wanted["currencies"]) == ("USD", sorted(FIAT))
    set_rate(world, "KES", "0.0077")
    assert world.one("select service.fiat_rates_due()")["currencies"] == sorted(FIAT)
    list_rates(world, {"EUR": "1.1"})
    assert world.one("select service.fiat_rates_due()")["currencies"] == []
    world.advance(hours=1, minutes=1)
    assert world.one("select service.fiat_rates_due()")["currencies"] == sorted(FIAT)


def test_operators_are_limited_by_worth_in_bank_money_too(world: World) -> None:
    with limit(world, "deposit", None, "1000"):
        set_rate(world, "KES", "0.0077")
        party = world.user()
        few = world.command("ledger_move_external", kind="deposit", party_id=party, currency="KES",
                            amount="100000", actor_id=world.operator, aal="aal2")  # fmt: skip
        many = world.command("ledger_move_external", kind="deposit", party_id=party, currency="KES",
                             amount="100000", actor_id=world.operator, aal="aal2")  # fmt: skip
    assert ("transfer_id" in few, "request_id" in many) == (True, True)


def test_smallest_is_the_lowest_tier(world: World) -> None:
    assert world.one("select private.smallest_limit('per_trade')") == SMALLEST
