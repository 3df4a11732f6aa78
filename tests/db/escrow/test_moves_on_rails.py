"""Every move of the table is reachable on each rail it applies to."""

import psycopg
import pytest

from tests.world.escrow import Escrow
from tests.world.moves import BY_CELL, EVENTS
from tests.world.scenes import MARKET, SCENES
from tests.world.world import World

# On the rail internal the payer pays from the balance: nobody outside brings or takes anything.
ONLY_OUTSIDE = {
    "rail_return", "rail_void", "funds_confirmed", "funds_mismatch", "top_up", "propose_partial",
    "accept_partial", "return_funds", "timeout_return", "rail_take", "rail_dispute", "rail_restore",
}  # fmt: skip
# Where money has come that does not match: from outside.
OUTSIDE = {
    "funding_exception", "partial_by_payer", "partial_by_payee", "frozen_funding_exception",
}  # fmt: skip
ONLY_INSIDE = {"fund"}
# An outage is declared in test_outages.py; what is given back was taken, in test_rail_parts.py.
ELSEWHERE = {"outage_credit", "rail_restore"}
# Only Stripe holds money for a time; the others for ever.
ONLY_FOR_A_TIME = {"timeout_hold"}
UNMADE = {
    "internal": ONLY_OUTSIDE | ONLY_FOR_A_TIME,
    "stripe": ONLY_INSIDE,
    "base": ONLY_INSIDE | ONLY_FOR_A_TIME,
}


def _makes(escrow: Escrow, event: str, role: str) -> bool:
    """Whether a move can be made from here, now or when the time is over; it is undone."""
    connection = escrow.world.connection
    for late in (False, True):
        try:
            with connection.transaction(force_rollback=True):
                if late:
                    escrow.expire()
                    if event in ONLY_FOR_A_TIME:
                        escrow.outlive_rail()
                escrow.commit(event, role)
                connection.execute("set constraints all immediate")
                assert escrow.world.problems() == []
                return True
        except psycopg.Error as refusal:
            # What a constraint or a defect refuses is no refusal.
            if not (refusal.sqlstate or "").startswith("PT"):
                raise
    return False


def _made(escrow: Escrow, wanted: set[str]) -> set[str]:
    here = escrow.place
    roles = {
        event: "other_arbiter" if actors == {"second_arbiter"} else min(actors)
        for (place, event), (actors, _) in BY_CELL.items()
        if place == here and event in wanted
    }
    return {event for event, role in roles.items() if _makes(escrow, event, role)}


@pytest.mark.parametrize("rail", UNMADE)
def test_every_move_is_made_on_each_rail(world: World, rail: str) -> None:
    world.rail = rail
    wanted = set(EVENTS) - UNMADE[rail] - ELSEWHERE
    made: set[str] = set()
    for name, policy, build in SCENES:
        if policy not in MARKET or made == wanted or (rail == "internal" and name in OUTSIDE):
            continue
        # Each scene by itself: some change what holds for all.
        with world.connection.transaction(force_rollback=True):
            made |= _made(build(world, policy), wanted - made)
    assert wanted - made == set()
