"""Dividing held money: release, refund and split are one computation."""

from dataclasses import dataclass
from decimal import Decimal

from shared.money import fee_of


@dataclass(frozen=True, slots=True)
class Settlement:
    """Parts that sum exactly to what was held. payee_amount: net of the fee."""

    payer_amount: Decimal
    payee_amount: Decimal
    fee_amount: Decimal


def divide(held: Decimal, gross: Decimal, fee_bps: int, decimals: int) -> Settlement:
    """The parts when the payee gets gross, before the fee, and the payer the rest.

    The fee is of the payee's part only. Raises ValueError unless 0 <= gross <= held.
    """
    if not 0 <= gross <= held:
        raise ValueError("the payee's part lies between nothing and what is held")
    fee = fee_of(gross, fee_bps, decimals)
    return Settlement(held - gross, gross - fee, fee)


def fits(amount: Decimal, decimals: int) -> bool:
    """Whether an amount has no more decimals than its currency."""
    exponent = amount.normalize().as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= decimals
