"""Taking a part of an order: exact bank money, deadlines, and who may not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.p2p.order_rules import Asked, Order, decide_take
from tests.world.decisions.refused import refused

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ORDER = Order(
    id="e45e16e3-2ad0-48da-ae24-dc7a34cba643",
    status="active",
    is_mine=False,
    taker_buys=True,
    price=Decimal("50000.37"),
    price_refusal=None,
    remaining=Decimal("0.5"),
    min_order_amount=Decimal("0.01"),
    max_order_amount=Decimal("0.4"),
    crypto_decimals=8,
    fiat_decimals=2,
    pay_within={"sepa": timedelta(minutes=30)},
    perform_grace=timedelta(minutes=10),
)


def take(
    amount: str,
    order: Order = ORDER,
    price: str = "50000.37",
    method: str | None = None,
    slippage: int = 0,
) -> Any:
    return decide_take(order, Asked(Decimal(amount), Decimal(price), slippage, method), NOW)


def test_terms() -> None:
    taken = take("0.1")
    assert taken.fiat_amount == Decimal("5000.04")
    assert taken.deadline_at == NOW + timedelta(minutes=30)
    assert taken.expires_at == NOW + timedelta(minutes=40)


def test_the_payment_method_is_one_of_the_orders() -> None:
    both = {"sepa": timedelta(hours=1), "pix": timedelta(minutes=15)}
    order = replace(ORDER, pay_within=both)
    assert take("0.1", order, method="pix").payment_method == "pix"
    assert take("0.1", order, method="pix").deadline_at == NOW + timedelta(minutes=15)
    assert take("0.1").payment_method == "sepa"
    for asked, offer in ((None, order), ("cash_deposit", order), ("pix", ORDER)):
        with refused("payment_method_not_offered"):
            take("0.1", offer, method=asked)


@given(st.integers(1, 10**16), st.integers(1, 10**20), st.integers(0, 8))
def test_bank_money_is_rounded_half_up(units: int, price_units: int, decimals: int) -> None:
    amount, price = Decimal(units).scaleb(-8), Decimal(price_units).scaleb(-6)
    order = replace(
        ORDER,
        price=price,
        remaining=amount,
        max_order_amount=amount,
        fiat_decimals=decimals,
    )
    exact = Fraction(units, 10**8) * Fraction(price_units, 10**6) * 10**decimals
    rounded = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    if rounded == 0:
        with refused("fiat_amount_not_exact"):
            decide_take(order, Asked(amount, price), NOW)
    else:
        taken = decide_take(order, Asked(amount, price), NOW)
        assert taken.fiat_amount == Decimal(rounded).scaleb(-decimals)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": "draft"}, "order_not_found"),
        ({"status": "cancelled"}, "order_not_active"),
        ({"status": "paused"}, "order_not_active"),
        ({"is_mine": True}, "own_order"),
        ({"price": Decimal(50001)}, "price_changed"),
        ({"taker_buys": False, "price": Decimal(50000)}, "price_changed"),
        ({"price": None, "price_refusal": "order_asleep"}, "order_asleep"),
        ({"price": None, "price_refusal": "price_stale"}, "price_stale"),
        ({"remaining": Decimal("0.09")}, "not_enough_remaining"),
    ],
)
def test_refused(change: dict[str, Any], code: str) -> None:
    with refused(code):
        take("0.1", replace(ORDER, **change))


@pytest.mark.parametrize("buys", [True, False])
def test_a_price_may_be_worse_by_the_slippage_and_better_by_anything(buys: bool) -> None:
    worse, better = (Decimal(101), Decimal(90)) if buys else (Decimal(99), Decimal(110))
    order = replace(ORDER, taker_buys=buys, price=worse)
    assert take("0.1", order, price="100", slippage=100).fiat_amount == worse / 10
    with refused("price_changed"):
        take("0.1", order, price="100", slippage=99)
    assert take("0.1", replace(order, price=better), price="100").fiat_amount == better / 10


@pytest.mark.parametrize("amount", ["0", "-0.1", "0.00999999", "0.40000001", "0.100000001"])
def test_out_of_range(amount: str) -> None:
    with refused("amount_out_of_range"):
        take(amount)


def test_the_last_remainder_may_be_small() -> None:
    order = replace(ORDER, remaining=Decimal("0.005"))
    assert take("0.005", order).fiat_amount == Decimal("250.00")
    with refused("amount_out_of_range"):
        take("0.004", order)
