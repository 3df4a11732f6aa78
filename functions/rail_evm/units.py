"""Between amounts of a token and the whole numbers a contract counts in."""

from decimal import Decimal

from shared.money import MAX_DECIMALS, MAX_DIGITS, round_down

# Of wei, on every EVM chain.
COIN_DECIMALS = 18
_MAX_WHOLE = Decimal(10) ** (MAX_DIGITS - MAX_DECIMALS)


def to_units(amount: Decimal, decimals: int) -> int:
    """Smallest units. Raises ValueError when the amount is finer, not positive or too large."""
    if not (amount.is_finite() and 0 < amount < _MAX_WHOLE):
        raise ValueError("an amount to send is above zero and has at most 20 digits")
    if round_down(amount, decimals) != amount:
        raise ValueError(f"the token has {decimals} decimals")
    return int(amount.scaleb(decimals))


def from_units(units: int, decimals: int) -> Decimal:
    """The exact amount. Raises ValueError when it is negative or too large for the books."""
    amount = Decimal(units).scaleb(-decimals)
    if not 0 <= amount < _MAX_WHOLE:
        raise ValueError("an amount of the chain has at most 20 digits before the point")
    return amount


def wei_amount(wei: int) -> Decimal:
    """The exact amount of the coin of a chain. Raises ValueError when it is too large."""
    return from_units(wei, COIN_DECIMALS)
