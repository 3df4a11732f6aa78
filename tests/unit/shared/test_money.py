"""Amounts are exact from JSON text to JSON text, and fees round one way."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from shared.money import (
    NonNegativeAmount,
    PositiveAmount,
    fee_of,
    format_amount,
    round_down,
)

LARGEST = "99999999999999999999.999999999999999999"
amounts = st.decimals(
    min_value=Decimal("-" + LARGEST), max_value=Decimal(LARGEST), places=18, allow_nan=False
)
gross_amounts = st.decimals(min_value=0, max_value=Decimal(LARGEST), places=8)


class Payment(BaseModel):
    amount: NonNegativeAmount


class Priced(BaseModel):
    positive: PositiveAmount = Decimal(1)
    held: NonNegativeAmount = Decimal(0)


@pytest.mark.parametrize("text", ["0", "1", "12.50", "0.000000000000000001", LARGEST])
def test_plain_text_is_an_amount(text: str) -> None:
    assert Payment.model_validate_json(f'{{"amount": "{text}"}}').amount == Decimal(text)


@pytest.mark.parametrize(
    "json_value",
    [
        "1",
        "1.5",
        "true",
        "null",
        "NaN",
        '"NaN"',
        '"Infinity"',
        '"-Infinity"',
        '"1e3"',
        '"1E-3"',
        '"+1"',
        '" 1"',
        '"1 "',
        '""',
        '"."',
        '"1."',
        '".5"',
        '"01"',
        '"1_000"',
        '"1,000"',
        '"0x10"',
        '"\u0661"',
        '"1\\n"',
        '"100000000000000000000"',
        '"0.0000000000000000001"',
        '["1"]',
    ],
)
def test_everything_else_is_refused(json_value: str) -> None:
    with pytest.raises(ValidationError):
        Payment.model_validate_json(f'{{"amount": {json_value}}}')


@pytest.mark.parametrize("value", [1.5, 1, Decimal("NaN"), Decimal("Infinity"), Decimal("1e-19")])
def test_python_values_are_held_to_the_same(value: Any) -> None:
    with pytest.raises(ValidationError):
        Payment(amount=value)


def test_the_refusal_says_what_is_wrong() -> None:
    with pytest.raises(ValidationError, match="not a number"):
        Payment.model_validate_json('{"amount": 1.5}')
    with pytest.raises(ValidationError, match="at most 18 decimals"):
        Payment.model_validate_json('{"amount": "0.0000000000000000001"}')


@pytest.mark.parametrize(
    ("field", "text"), [("positive", "0"), ("positive", "-1"), ("held", "-0.01")]
)
def test_sign_is_part_of_the_type(field: str, text: str) -> None:
    with pytest.raises(ValidationError, match="an amount here is"):
        Priced.model_validate({field: text})


@given(amounts.map(abs))
def test_json_round_trip_loses_nothing(amount: Decimal) -> None:
    text = Payment(amount=amount).model_dump_json()

    assert Payment.model_validate_json(text).amount == amount


@given(amounts, amounts)
def test_sums_of_the_largest_amounts_are_exact(one: Decimal, other: Decimal) -> None:
    assert (one + other) - other == one


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("1E+3", "1000"),
        ("1.500", "1.5"),
        ("-0", "0"),
        ("0E-18", "0"),
        ("1E-18", "0." + "0" * 17 + "1"),
    ],
)
def test_format_has_no_exponent_or_trailing_zeros(amount: str, text: str) -> None:
    assert format_amount(Decimal(amount)) == text


@given(gross_amounts, st.integers(0, 10_000), st.integers(0, 18))
def test_fee_is_the_largest_that_is_not_too_much(gross: Decimal, bps: int, decimals: int) -> None:
    fee = fee_of(gross, bps, decimals)

    unit = Decimal(1).scaleb(-decimals)
    assert fee * 10_000 <= gross * bps < (fee + unit) * 10_000
    assert fee == round_down(fee, decimals)
    assert fee <= gross


@pytest.mark.parametrize(("gross", "bps"), [("-1", 10), ("1", -1), ("1", 10_001)])
def test_fee_of_nonsense_is_refused(gross: str, bps: int) -> None:
    with pytest.raises(ValueError, match="basis points"):
        fee_of(Decimal(gross), bps, 2)


def test_rounding_directions() -> None:
    assert round_down(Decimal("1.999"), 2) == Decimal("1.99")
    assert round_down(Decimal("-1.999"), 2) == Decimal("-1.99")


def test_the_schema_tells_clients_to_send_a_string() -> None:
    assert Payment.model_json_schema()["properties"]["amount"]["type"] == "string"
