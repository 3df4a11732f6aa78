"""Nothing waits for ever: with all parties and arbiters silent, each dispute ends by itself."""

from itertools import product
from typing import Any

import pytest

from functions.escrow.snapshot import parse_snapshot
from functions.escrow.timers import decide_timer
from tests.db.escrow import Escrow
from tests.db.scenes import EVERY_POLICY, ONCE, POLICIES
from tests.db.world import World

# Reassignments of both levels, statements, the settling itself: never more than this.
MOST_MOVES = 16

PLACES = (
    "statements", "one_statement", "acknowledge", "decide", "approve", "decided",
    "decided_again", "accepted_by_payer", "approve_out_of_arbiters",
)  # fmt: skip


def _due(world: World) -> list[dict[str, Any]]:
    with world.acting("service_role"):
        found: list[dict[str, Any]] = world.one("select service.escrow_due(500)")
    return found


def _swept(escrow: Escrow) -> int:
    """Let time alone act, as the timer decides; how many moves it took."""
    moves = 0
    while escrow.row().state in ("disputed", "decided"):
        moves += 1
        assert moves <= MOST_MOVES, f"{escrow.place} waits for ever"
        escrow.expire()
        due = _due(escrow.world)
        answers = escrow.try_many(*(decide_timer(parse_snapshot(each)).to_json() for each in due))
        assert [answer["refusal"] for answer in answers] == [None] * len(answers)
    return moves


@pytest.mark.parametrize(("policy", "place"), list(product(POLICIES, PLACES)))
def test_from_every_phase_with_arbiters_who_never_answer(
    world: World, policy: str, place: str
) -> None:
    escrow = (EVERY_POLICY | ONCE)[place](world, policy)
    _swept(escrow)
    assert escrow.dispute() == {}
    assert world.rows("select status from public.disputes") == [("resolved",)]
    assert world.problems() == []


@pytest.mark.parametrize(("policy", "arbiters"), list(product(POLICIES, range(6))))
def test_with_any_number_of_arbiters(world: World, policy: str, arbiters: int) -> None:
    world.run(
        "delete from public.party_members where user_id = any (%s)", world.arbiters[arbiters:]
    )
    escrow = EVERY_POLICY["statements"](world, policy)
    assert _swept(escrow) <= 6
    assert world.problems() == []


@pytest.mark.parametrize("policy", POLICIES)
def test_an_appeal_nobody_hears(world: World, policy: str) -> None:
    escrow = EVERY_POLICY["decided"](world, policy)
    award = escrow.award()
    escrow.commit("appeal", "payee")
    world.run("delete from public.party_members where role = 'arbiter'")
    assert _swept(escrow) <= 5
    row = world.rows(
        "select (payee_amount + fee_amount)::numeric from public.escrow_transactions where id = %s",
        escrow.id,
    )
    assert row == [(award,)]
    assert world.problems() == []


@pytest.mark.parametrize("policy", POLICIES)
def test_a_second_approval_nobody_gives(world: World, policy: str) -> None:
    escrow = ONCE["approve"](world, policy)
    world.run("delete from public.party_members where role = 'arbiter'")
    assert _swept(escrow) <= 6
    assert world.problems() == []


def test_a_frozen_dispute_ends_when_it_is_let_go(world: World) -> None:
    """A freeze is an open pause: it stops every clock, and is the operator's to end."""
    escrow = ONCE["frozen_decide"](world, "market_service")
    world.advance(days=400)
    assert _due(world) == []
    escrow.commit("unfreeze", "operator")
    _swept(escrow)
    assert world.problems() == []


def test_arbiters_without_room_end_it_too(world: World) -> None:
    world.run(
        "insert into public.arbiter_capacities (user_id, max_open) select unnest(%s::uuid[]), 0",
        world.arbiters,
    )
    escrow = EVERY_POLICY["statements"](world, "market_goods")
    assert _swept(escrow) <= 6
    assert world.rows("select count(*) from public.dispute_assignments") == [(0,)]
