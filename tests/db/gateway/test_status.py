"""Status of an invoice as a function of sums: for whatever comes, in whatever order."""

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tests.world.world import World

AMOUNT = st.decimals("0.01", "1000", places=2)
PART = st.decimals("0", "1500", places=2)
_ANY = settings(
    max_examples=300, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


def _status(world: World, *values: Any) -> str:
    found: str = world.one("select private.invoice_status(%s, %s, %s, %s, %s, %s, %s, %s)", *values)
    return found


@_ANY
@given(
    amount=AMOUNT, tolerance=st.decimals("0", "2000", places=2),
    least=st.decimals("0", "5", places=2), sure=PART, more=PART, expired=st.booleans(),
    cancelled=st.booleans(),
)  # fmt: skip
def test_complaint_7_settled_says_that_nine_tenths_at_least_are_there(
    world: World, amount: Decimal, tolerance: Decimal, least: Decimal, sure: Decimal,
    more: Decimal, expired: bool, cancelled: bool,
) -> None:  # fmt: skip
    within = world.one("select private.invoice_tolerance(%s, %s, %s)", amount, tolerance, least)
    assert within <= amount / 10
    status = _status(world, amount, within, sure, sure + more, expired, cancelled, None, False)
    assert (status == "settled") == (sure >= amount - within)
    if status == "settled":
        assert sure >= amount * Decimal("0.9")
    elif status == "processing":
        assert sure + more >= amount - within
    else:
        assert status == ("cancelled" if cancelled else "expired" if expired else "open")
    # More money never makes it worse.
    order = ["open", "expired", "cancelled", "processing", "settled"]
    better = _status(world, amount, within, sure + more, sure + more, expired, cancelled, None,
                     False)  # fmt: skip
    assert order.index(better) >= order.index(status)


@_ANY
@given(amount=AMOUNT, tolerance=st.decimals("0", "1", places=2), everything=PART)
def test_it_is_underpaid_paid_or_overpaid_and_one_of_them(
    world: World, amount: Decimal, tolerance: Decimal, everything: Decimal
) -> None:
    within = min(tolerance, amount / 10)
    found = world.one(
        "select private.invoice_exceptions(%s, %s, %s, 0.005, false, false, false, false)",
        amount, within, everything,
    )  # fmt: skip
    under = Decimal(0) < everything < amount - within
    assert found == ["underpaid"] * under + ["overpaid"] * (everything > amount)


@_ANY
@given(
    quantities=st.lists(st.tuples(st.integers(1, 9), st.decimals("0", "99.99", places=2),
                                  st.sampled_from(["0", "7", "19", "8.875"])),
                        min_size=1, max_size=6),
    included=st.booleans(),
)  # fmt: skip
def test_lines_add_up_however_tax_is_rounded(
    world: World, quantities: list[tuple[int, Decimal, str]], included: bool
) -> None:
    """Rounded on the total, the tax of a rate is within half a cent of what it is exactly."""
    lines = Jsonb([
        {"quantity": str(many), "unit_amount": str(price), "tax_rate": rate}
        for many, price, rate in quantities
    ])  # fmt: skip
    for rounding in ("line", "total"):
        found = world.rows("select net_amount, tax_amount from private.line_amounts(%s, 2, %s, %s)",
                           lines, included, rounding)  # fmt: skip
        for (many, price, _), (net, tax) in zip(quantities, found, strict=True):
            assert tax >= 0
            assert (net + tax if included else net) == many * price
        if rounding == "total":
            exact: dict[str, Decimal] = {}
            told: dict[str, Decimal] = {}
            for (many, price, rate), (_, tax) in zip(quantities, found, strict=True):
                part = Decimal(rate)
                of = many * price * part / (100 + part if included else Decimal(100))
                exact[rate] = exact.get(rate, Decimal(0)) + of
                told[rate] = told.get(rate, Decimal(0)) + tax
            for rate, of in exact.items():
                assert abs(told[rate] - of) <= Decimal("0.005") + Decimal("1e-9")
