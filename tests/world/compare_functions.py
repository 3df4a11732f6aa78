"""Comparisons of books and rails on a running stack, and an operator who closes differences."""

from decimal import Decimal

from shared.money import format_amount
from stack.people import OLGA
from tests.world.http.desk import Desk

STRIPE, CHAIN = "StripeCompareFunction", "EvmCompareFunction"
_OPEN = (
    "select id::text, abs(amount)::numeric from public.rail_differences"
    " where outcome is null order by id"
)


def found(desk: Desk) -> list[tuple[str, Decimal, str | None]]:
    """Currency, amount and outcome of every difference, oldest first."""
    with desk.stack.connect() as connection:
        return connection.execute(
            "select currency, amount::numeric, outcome from public.rail_differences order by id"
        ).fetchall()


def explain_all(desk: Desk) -> None:
    """An operator explains what is open: from now on books and rails agree."""
    with desk.stack.connect() as connection:
        rows = connection.execute(_OPEN).fetchall()
    for row, amount in rows:
        body = {"event": "explain", "amount": format_amount(amount), "reason": "our own money"}
        assert desk.done(OLGA.id, f"/rail-differences/{row}/close", body)["rest_id"] is None


def agree(desk: Desk, *functions: str) -> None:
    """Books and rails agree; what was different before is explained."""
    for function in functions:
        desk.stack.tick(function)
    explain_all(desk)
    for function in functions:
        done = desk.stack.tick(function)
        assert (done["differ"], done["found"]) == (0, 0)


def new(desk: Desk, function: str) -> list[tuple[str, Decimal]]:
    """Differences that a comparison finds; the second one finds nothing."""
    before = len(found(desk))
    desk.stack.tick(function)
    again = desk.stack.tick(function)
    assert again["found"] == 0
    return [(currency, amount) for currency, amount, _ in found(desk)[before:]]
