"""Rounding, worked out with whole numbers so that no decimal context can matter."""

from decimal import Decimal
from fractions import Fraction
from math import floor

ZERO = Decimal(0)

# Currencies the model trades in, and the decimals of their smallest unit.
DECIMALS = {"BTC": 8, "USDT_TRON": 6, "LTC": 8, "USD": 2, "IDR": 0}


def unit(currency: str) -> Decimal:
    """The smallest amount of a currency."""
    return Decimal(1).scaleb(-DECIMALS[currency])


def fits(amount: Decimal, currency: str) -> bool:
    """Whether an amount is a whole number of smallest units."""
    return Fraction(amount) % Fraction(unit(currency)) == 0


def down(amount: Fraction, currency: str) -> Decimal:
    """Truncated to the smallest unit."""
    scale = 10 ** DECIMALS[currency]
    return Decimal(floor(amount * scale)) / Decimal(scale)


def part(amount: Decimal, basis_points: int, currency: str) -> Decimal:
    """Basis points of an amount, truncated."""
    return down(Fraction(amount) * basis_points / 10_000, currency)


def half_up(amount: Fraction, currency: str) -> Decimal:
    """Rounded half up to the smallest unit; for what is shown in bank money."""
    return down(amount + Fraction(unit(currency)) / 2, currency)
