"""A statement per side, each with a clock of its own."""

from datetime import datetime, timedelta

import pytest

from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY
from tests.world.world import World

SERVICE = "market_service"


def _due(escrow: Escrow) -> tuple[datetime, datetime]:
    """Until when payer and payee may speak."""
    (row,) = escrow.world.rows(
        "select payer_statement_due_at, payee_statement_due_at from public.disputes "
        "where escrow_id = %s",
        escrow.id,
    )
    return row[0], row[1]


def _clock(escrow: Escrow) -> datetime:
    found: datetime = escrow.world.one(
        "select deadline_at from private.escrow_transactions where id = %s", escrow.id
    )
    return found


def test_incident_10_the_answering_side_has_a_clock_of_its_own(world: World) -> None:
    """Whoever speaks in the last minute does not take the other side's time."""
    escrow = EVERY_POLICY["statements"](world, SERVICE)
    first = _clock(escrow)
    assert _due(escrow) == (first, first)
    world.advance_to(first - timedelta(minutes=1))
    escrow.commit("statement", "payee")
    payer, payee = _due(escrow)
    assert payee == first
    assert payer == _clock(escrow) > first
    world.advance_to(first + timedelta(minutes=1))
    with refused(world.connection, "statement_exists"):
        escrow.commit("statement_reply", "payee")
    escrow.commit("statement_reply", "payer")
    assert escrow.dispute()["silent_roles"] == []
    assert _due(escrow) == (payer, payee)


@pytest.mark.parametrize(
    ("spoke", "silent"), [("payer", ["payee"]), ("payee", ["payer"]), (None, ["payer", "payee"])]
)
def test_who_stays_silent_is_marked(world: World, spoke: str | None, silent: list[str]) -> None:
    escrow = EVERY_POLICY["statements"](world, SERVICE)
    if spoke:
        escrow.commit("statement", spoke)
    escrow.expire()
    escrow.commit("timeout_statements", "timer")
    assert escrow.dispute()["silent_roles"] == silent


def test_a_freeze_stops_the_clock_of_a_statement(world: World) -> None:
    escrow = EVERY_POLICY["one_statement"](world, SERVICE)
    payer, payee = _due(escrow)
    escrow.commit("freeze", "operator")
    world.advance(hours=5)
    escrow.commit("unfreeze", "operator")
    assert _clock(escrow) >= payee + timedelta(hours=5)
    assert _due(escrow) == (payer, _clock(escrow))
