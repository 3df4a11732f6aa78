"""What `make up` has on its table: sources of prices on loopback, and once a few orders."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx

from stack.people import ALICE, BOB, OLGA, OSKAR, Person
from stack.stack import Stack
from stack.stand_ins.price_source import PriceSource

_IN_USD = {
    "BTC": "65000", "ETH": "3200", "BNB": "640", "SOL": "160", "LTC": "85", "TRX": "0.24",
    "POL": "0.45", "USDT": "1.0003", "USDC": "0.9999",
}  # fmt: skip
_PER_USD = {
    "USD": "1", "EUR": "0.92", "GBP": "0.79", "KES": "129.5", "NGN": "1580", "IDR": "15900",
}  # fmt: skip
_MONEY = ((ALICE, "BTC", "3"), (ALICE, "USDC_BASE", "20000"), (BOB, "BTC", "1"))
_ORDERS: tuple[tuple[Person, str, dict[str, Any]], ...] = (
    (ALICE, "5e110001", {
        "type": "sell", "cryptocurrency": "BTC", "fiat_currency": "USD", "amount": "1.5",
        "price": "65400", "min_order_amount": "0.001", "max_order_amount": "0.1",
        "payment_methods": ["sepa", "wise"], "terms": "From an account in your own name.",
    }),
    (ALICE, "5e110002", {
        "type": "sell", "cryptocurrency": "USDC_BASE", "fiat_currency": "EUR", "amount": "15000",
        "price": "0.93", "min_order_amount": "50", "max_order_amount": "2000",
        "payment_methods": ["sepa_instant"],
    }),
    (BOB, "b0b00001", {
        "type": "buy", "cryptocurrency": "BTC", "fiat_currency": "EUR", "amount": "0.5",
        "price": "59500", "min_order_amount": "0.001", "max_order_amount": "0.05",
        "payment_methods": ["sepa", "sepa_instant"],
    }),
)  # fmt: skip


class DevDataFailed(RuntimeError):
    """A command of the first start was refused; the message is the answer."""


def prices(clock: Callable[[], datetime]) -> PriceSource:
    """Sources that know every pair; nothing is asked outside this machine."""
    source = PriceSource(clock)
    for symbol, dollars in _IN_USD.items():
        for currency, rate in _PER_USD.items():
            source.set(symbol, currency, str(Decimal(dollars) * Decimal(rate)))
    return source


def add_dev_data(stack: Stack) -> None:
    """Money and orders of the development people. May be run again. Raises DevDataFailed."""
    with httpx.Client(base_url=stack.url, timeout=60) as http:
        for owner, currency, amount in _MONEY:
            key = f"dev-data-{owner.name}-{currency}"
            body = {
                "party_id": str(owner.id), "currency": currency, "amount": amount, "reference": key,
            }  # fmt: skip
            # Not Olga: what one operator does alone in a day is hers to use.
            booked = _post(stack, http, OSKAR, "/deposits", body, key)
            if booked.status_code == 202:
                # More than one operator does alone.
                asked = booked.json()
                path = f"/operator-requests/{asked['request_id']}/confirm"
                seen = {"command_hash": asked["command_hash"]}
                _post(stack, http, OLGA, path, seen, f"{key}-confirm")
        for maker, number, order in _ORDERS:
            order_id = UUID(f"{number}-0000-4000-8000-000000000000")
            row = {"id": str(order_id), "user_id": str(maker.id)} | order
            made = http.post("/rest/v1/p2p_orders", json=row, headers=_headers(stack, maker))
            if made.status_code not in (201, 409):
                raise DevDataFailed(made.text)
            _post(stack, http, maker, f"/orders/{order_id}/publish", {}, f"dev-data-{order_id}")


def _post(
    stack: Stack, http: httpx.Client, who: Person, path: str, body: Any, key: str
) -> httpx.Response:
    headers = _headers(stack, who) | {"Idempotency-Key": key}
    answer = http.post(path, json=body, headers=headers)
    if answer.status_code >= 400:
        raise DevDataFailed(answer.text)
    return answer


def _headers(stack: Stack, who: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {stack.token(who.id, aal='aal2')}"}
