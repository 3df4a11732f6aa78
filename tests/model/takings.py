"""What a rail took of a live escrow, as a move of it."""

from typing import Any

from tests.model.money import DECIMALS, ZERO
from tests.model.rules_funding import empties, is_large
from tests.model.things import Escrow
from tests.model.world import World


def fitted(world: World, escrow: Escrow, given: dict[str, Any]) -> dict[str, Any]:
    """No more than is there: the rest is booked as one that fits nothing."""
    code, most = given.get("currency", escrow.currency), escrow.amount
    if escrow.state == "funding_exception":
        most = world.books.held(escrow.id, code, "pending") if code in DECIMALS else ZERO
    elif code != escrow.currency:
        most = ZERO
    return {**given, "amount": min(given.get("amount") or ZERO, most)}


def taken_as(world: World, escrow: Escrow, given: dict[str, Any]) -> str:
    """The move that it makes: all of it ends the escrow, a large part is disputed."""
    d = {"payload": fitted(world, escrow, given)}
    if escrow.state == "funding_exception":
        return "rail_void" if empties(world, escrow, d) else "rail_take"
    if d["payload"]["amount"] == escrow.amount:
        return "rail_return"
    return "rail_dispute" if is_large(escrow, d) else "rail_take"
