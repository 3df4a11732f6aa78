"""Exact money: decimal amounts, strings in JSON, one rounding rule. Never a float."""

import decimal
import re
from decimal import ROUND_DOWN, Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

MAX_DIGITS = 38
MAX_DECIMALS = 18
_MAX_WHOLE_DIGITS = MAX_DIGITS - MAX_DECIMALS

# Python's default of 28 digits would silently round numeric(38,18) amounts;
# a product of two of them still fits into 80. New threads copy DefaultContext.
decimal.DefaultContext.prec = 80
decimal.getcontext().prec = 80

_PLAIN = re.compile(r"(?!-0(\.0+)?$)-?(?P<whole>0|[1-9][0-9]*)(?P<decimals>\.[0-9]+)?")


def format_amount(amount: Decimal) -> str:
    """Plain decimal text, without exponent, trailing zeros or negative zero."""
    return format(amount.normalize(), "f") if amount else "0"


def parse_amount(text: str) -> Decimal:
    """The exact value of plain decimal text such as "12.50".

    Raises ValueError for exponents, NaN, Infinity, signs other than a leading minus,
    leading zeros, a zero below zero, more than 18 decimals or more than 20 digits before the point.
    """
    match = _PLAIN.fullmatch(text)
    if not match:
        raise ValueError('an amount is plain decimal text such as "12.50"')
    whole, decimals = match["whole"], match["decimals"] or "."
    if len(decimals) - 1 > MAX_DECIMALS:
        raise ValueError(f"an amount has at most {MAX_DECIMALS} decimals")
    if len(whole) > _MAX_WHOLE_DIGITS:
        raise ValueError(f"an amount has at most {_MAX_WHOLE_DIGITS} digits before the point")
    return Decimal(text)


def round_down(amount: Decimal, decimals: int) -> Decimal:
    """Truncated toward zero to that many decimals."""
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_DOWN)


def fee_of(gross: Decimal, bps: int, decimals: int) -> Decimal:
    """Fee in basis points of a gross amount, truncated: the remainder stays with the payee.

    The database computes the same (private.fee_of). Raises ValueError unless
    gross >= 0 and 0 <= bps <= 10000.
    """
    if gross < 0 or not 0 <= bps <= 10_000:
        raise ValueError("a fee is 0 to 10000 basis points of an amount that is not negative")
    return round_down(gross * bps / 10_000, decimals)


def _amount(value: Any) -> Decimal:
    try:
        if isinstance(value, Decimal):
            return parse_amount(format_amount(value) if value.is_finite() else str(value))
        if isinstance(value, str):
            return parse_amount(value)
    except ValueError as error:
        raise PydanticCustomError("amount", "{reason}", {"reason": str(error)}) from None
    raise PydanticCustomError("amount", 'an amount is a string such as "12.50", not a number')


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise PydanticCustomError("amount", "an amount here is above zero")
    return value


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise PydanticCustomError("amount", "an amount here is not below zero")
    return value


_TEXT = r"(0|[1-9][0-9]{0,19})(\.[0-9]{1,18})?$"
_NOT_NOTHING = r"(?=.*[1-9])"
_serialized = PlainSerializer(format_amount, return_type=str, when_used="json")


def _schema(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": ["12.5"]})


PositiveAmount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    AfterValidator(_positive),
    _serialized,
    _schema("^" + _NOT_NOTHING + _TEXT),
]
"""An exact amount above zero; in JSON a string, numbers are refused."""

NonNegativeAmount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    AfterValidator(_not_negative),
    _serialized,
    _schema("^" + _TEXT),
]
"""An exact amount of zero or more; in JSON a string, numbers are refused."""
