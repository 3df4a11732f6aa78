"""What rails say, applied by the schedule: once, in order, and one bad report alone waits."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from stack.stack import Stack
from tests.db.operations.test_setbacks import cure, poison
from tests.world import rails
from tests.world.escrow import Escrow
from tests.world.http.rails import behind

FUNCTION = "EscrowReportsFunction"


def said(stack: Stack, *kinds: str) -> UUID:
    """An escrow that waits for its money, and a report of each kind."""
    with behind(stack) as world:
        # Of the rails, cards have chargebacks.
        escrow = rails.awaiting(world, "stripe")
        for kind in kinds:
            rails.report(world, escrow, f"{escrow.id}:{kind}", kind, reference=str(escrow.id))
        return escrow.id


def facts(stack: Stack, escrow_id: UUID) -> tuple[str, list[str | None], int, int]:
    """State, what came of the reports, events of the rail, cases."""
    with behind(stack) as world:
        applied = world.rows(
            "select applied_as from public.rail_reports where reference_id = %s order by id",
            escrow_id,
        )
        state, moves, cases = world.rows(
            "select e.state::text, (select count(*) from private.escrow_events as v "
            "where v.escrow_id = e.id and v.actor_role = 'rail'), "
            "(select count(*) from public.escrow_cases as c where c.escrow_id = e.id) "
            "from private.escrow_transactions as e where e.id = %s", escrow_id,
        )[0]  # fmt: skip
        return state, [row[0] for row in applied], moves, cases


@pytest.fixture
def later(stack: Stack) -> Iterator[Stack]:
    yield stack
    stack.clock.reset()


def test_the_schedule_moves_what_a_rail_reported(stack: Stack) -> None:
    escrow_id = said(stack, "funds", "reversal_opened", "reversal_lost")
    assert stack.tick(FUNCTION)["moved"] == 3
    assert stack.tick(FUNCTION)["moved"] == 0
    assert facts(stack, escrow_id) == (
        "refunded", ["funds_confirmed", "freeze", "rail_return"], 3, 0,
    )  # fmt: skip


def test_a_worker_that_died_before_saying_so_is_not_followed_by_a_second_move(later: Stack) -> None:
    escrow_id = said(later, "funds")
    with behind(later) as world:
        assert rails.apply(world, dies_before="rail_report_applied").failed == 1
    assert facts(later, escrow_id) == ("funded", [None], 1, 0)
    later.clock.advance(seconds=16)
    assert later.tick(FUNCTION)["moved"] == 1
    assert facts(later, escrow_id) == ("funded", ["funds_confirmed"], 1, 0)
    with behind(later) as world:
        assert rails.payments(world, Escrow(world, escrow_id, UUID(int=1), UUID(int=2))) == []
        assert world.problems() == []


def test_a_report_that_cannot_be_applied_waits_alone(later: Stack) -> None:
    bad, good = said(later, "funds", "inquiry_opened"), said(later, "funds")
    with behind(later) as world:
        poison(world, "private.escrow_events", bad, column="escrow_id", event="insert")
    done = later.tick(FUNCTION)
    assert (done["moved"], done["failed"]) == (1, 1)
    assert later.tick(FUNCTION)["failed"] == 0
    assert facts(later, bad) == ("awaiting_funds", [None, None], 0, 0)
    assert facts(later, good) == ("funded", ["funds_confirmed"], 1, 0)
    later.clock.advance(seconds=16)
    assert later.tick(FUNCTION)["failed"] == 1
    with behind(later) as world:
        cure(world)
