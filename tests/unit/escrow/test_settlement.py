"""Dividing held money: exact in every currency, for every award."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.escrow.settlement import divide, fits

DECIMALS = st.integers(0, 18)
UNITS = st.integers(0, 10**38 - 1)


@given(DECIMALS, UNITS, UNITS, st.integers(0, 5000))
def test_parts_sum_exactly_to_what_is_held(
    decimals: int, one: int, another: int, fee_bps: int
) -> None:
    held_units, gross_units = max(one, another), min(one, another)
    held, gross = (Decimal(units).scaleb(-decimals) for units in (held_units, gross_units))
    parts = divide(held, gross, fee_bps, decimals)
    # In whole units of the currency there is nothing to round but the fee.
    fee_units = gross_units * fee_bps // 10_000
    assert parts.fee_amount == Decimal(fee_units).scaleb(-decimals)
    assert parts.payee_amount == Decimal(gross_units - fee_units).scaleb(-decimals)
    assert parts.payer_amount == Decimal(held_units - gross_units).scaleb(-decimals)
    assert parts.payer_amount + parts.payee_amount + parts.fee_amount == held


@given(DECIMALS, UNITS, st.integers(0, 5000))
def test_a_refund_is_without_a_fee_and_a_release_without_a_rest(
    decimals: int, units: int, fee_bps: int
) -> None:
    held = Decimal(units).scaleb(-decimals)
    refund = divide(held, Decimal(0), fee_bps, decimals)
    assert refund.payer_amount == held
    assert refund.payee_amount == refund.fee_amount == 0
    assert divide(held, held, fee_bps, decimals).payer_amount == 0


@pytest.mark.parametrize("gross", ["-0.00000001", "1.00000001"])
def test_nobody_gets_more_than_is_held(gross: str) -> None:
    with pytest.raises(ValueError, match="what is held"):
        divide(Decimal(1), Decimal(gross), 50, 8)


@pytest.mark.parametrize(
    ("amount", "decimals", "answer"),
    [("0.10", 1, True), ("0.11", 1, False), ("100", 0, True), ("0", 0, True), ("1E-18", 18, True)],
)
def test_fits(amount: str, decimals: int, answer: bool) -> None:
    assert fits(Decimal(amount), decimals) is answer
