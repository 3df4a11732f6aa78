"""What rules of events have in common."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.model.money import DECIMALS, fits
from tests.model.things import Escrow
from tests.model.world import Body, World

Rule = Callable[[World, Escrow, Body, str], set[str]]


def payload(d: Body) -> dict[str, Any]:
    return d.get("payload") or {}


def codes(**wrong: bool) -> set[str]:
    """The refusals that apply."""
    return {code for code, is_so in wrong.items() if is_so}


def other(role: str) -> str:
    return "payee" if role == "payer" else "payer"


def in_range(amount: Decimal | None, escrow: Escrow) -> bool:
    """Whether an amount lies between nothing and all of what is held."""
    return amount is not None and 0 <= amount <= escrow.amount and fits(amount, escrow.currency)


def arrives(given: dict[str, Any]) -> bool:
    """Whether a rail reports a sum of money that can be."""
    amount, currency = given.get("amount"), given.get("currency")
    return amount is not None and amount > 0 and currency in DECIMALS and fits(amount, currency)
