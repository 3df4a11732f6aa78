"""Amounts at Stripe: integers of a currency's smallest unit, as Stripe counts it."""

from decimal import Decimal

_ZERO_DECIMALS = frozenset(
    {
        "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
        "XOF", "XPF",
    }
)  # fmt: skip
_THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
# Counted in hundredths that must be none.
_WHOLE = frozenset({"ISK"})
# Stripe's documents contradict each other on how it is counted.
_UNCLEAR = frozenset({"UGX"})


def to_minor(amount: Decimal, currency: str) -> int:
    """The amount in minor units: 12.50 USD is 1250, 500 JPY is 500.

    Raises ValueError for amounts that are not above zero, or finer than Stripe can move.
    """
    scaled = amount.scaleb(_decimals(currency))
    step = _step(currency)
    if not scaled.is_finite() or scaled <= 0 or scaled % step:
        raise ValueError(f"{amount} {currency} cannot be moved at Stripe")
    return int(scaled)


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount of so many minor units; below zero for what leaves a balance."""
    return Decimal(minor).scaleb(-_decimals(currency))


def _decimals(currency: str) -> int:
    code = currency.upper()
    if code in _UNCLEAR or len(code) != 3:
        raise ValueError(f"{currency} is not moved at Stripe")
    if code in _ZERO_DECIMALS:
        return 0
    return 3 if code in _THREE_DECIMALS else 2


def _step(currency: str) -> int:
    if currency.upper() in _WHOLE:
        return 100
    return 10 if currency.upper() in _THREE_DECIMALS else 1
