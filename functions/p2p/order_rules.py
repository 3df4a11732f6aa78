"""decide_take: what taking a part of an order means. Pure: no clock, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.money import quantize, round_half_up
from shared.refusals import refusal


@dataclass(frozen=True, slots=True)
class Order:
    """An order as its reader sees it. Amounts in the cryptocurrency, price in the fiat one.

    price: now; None with the code of a refusal when it has none.
    pay_within: time a buyer has to pay, by payment method.
    """

    id: str
    status: str
    is_mine: bool
    taker_buys: bool
    price: Decimal | None
    price_refusal: str | None
    remaining: Decimal
    min_order_amount: Decimal
    max_order_amount: Decimal
    crypto_decimals: int
    fiat_decimals: int
    pay_within: Mapping[str, timedelta]
    perform_grace: timedelta


@dataclass(frozen=True, slots=True)
class Asked:
    """What a taker wants. payment_method: None where the order has only one."""

    amount: Decimal
    expected_price: Decimal
    max_slippage_bps: int = 0
    payment_method: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """fiat_amount: bank money the buyer sends before deadline_at, or expires_at with grace."""

    payment_method: str
    fiat_amount: Decimal
    deadline_at: datetime
    expires_at: datetime


def parse_order(data: Mapping[str, Any]) -> Order:
    """The order in an answer of public.order_snapshot. Raises KeyError, ValueError."""
    order = data["order"]
    return Order(
        id=order["id"],
        status=order["status"],
        is_mine=order["is_mine"],
        taker_buys=order["type"] == "sell",
        price=None if order["price"] is None else Decimal(order["price"]),
        price_refusal=order["price_refusal"],
        remaining=Decimal(order["remaining"]),
        min_order_amount=Decimal(order["min_order_amount"]),
        max_order_amount=Decimal(order["max_order_amount"]),
        crypto_decimals=order["crypto_decimals"],
        fiat_decimals=order["fiat_decimals"],
        pay_within={
            method["id"]: timedelta(seconds=method["pay_within"])
            for method in order["payment_methods"]
        },
        perform_grace=timedelta(seconds=data["policy"]["perform_grace"]),
    )


def decide_take(order: Order, asked: Asked, now: datetime) -> Taken:
    """The bank money and the deadlines of taking a part of an order.

    Raises Problem: order_not_found, order_not_active, own_order, payment_method_not_offered,
    price_stale, order_asleep, price_changed, amount_out_of_range, not_enough_remaining,
    fiat_amount_not_exact.
    """
    if code := _refusal(order):
        raise refusal(code)
    method = _method(order, asked)
    if method is None:
        raise refusal("payment_method_not_offered")
    if order.price is None:
        raise refusal(order.price_refusal or "price_stale")
    if _is_worse(order.price, order.taker_buys, asked):
        raise refusal("price_changed")
    if code := _amount_refusal(order, asked.amount):
        raise refusal(code)
    fiat_amount = round_half_up(asked.amount * order.price, order.fiat_decimals)
    if fiat_amount <= 0:
        raise refusal("fiat_amount_not_exact")
    deadline_at = now + order.pay_within[method]
    return Taken(method, fiat_amount, deadline_at, deadline_at + order.perform_grace)


def _method(order: Order, asked: Asked) -> str | None:
    if asked.payment_method is None and len(order.pay_within) == 1:
        return next(iter(order.pay_within))
    return asked.payment_method if asked.payment_method in order.pay_within else None


def _is_worse(price: Decimal, taker_buys: bool, asked: Asked) -> bool:
    slippage = asked.max_slippage_bps if taker_buys else -asked.max_slippage_bps
    limit = asked.expected_price * (10_000 + slippage)
    return price * 10_000 > limit if taker_buys else price * 10_000 < limit


def _refusal(order: Order) -> str | None:
    if order.status == "draft":
        return "order_not_found"
    if order.status != "active":
        return "order_not_active"
    if order.is_mine:
        return "own_order"
    return None


def _amount_refusal(order: Order, amount: Decimal) -> str | None:
    try:
        quantize(amount, order.crypto_decimals)
    except ValueError:
        return "amount_out_of_range"
    if amount <= 0 or amount > order.max_order_amount:
        return "amount_out_of_range"
    if amount > order.remaining:
        return "not_enough_remaining"
    if amount < order.min_order_amount and amount != order.remaining:
        return "amount_out_of_range"
    return None
