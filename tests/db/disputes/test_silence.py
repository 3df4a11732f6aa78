"""Nothing waits for ever: with all parties and arbiters silent, each dispute ends by itself."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from functions.escrow.snapshot import parse_snapshot
from functions.escrow.timer_rules import decide_timer
from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY, ONCE, POLICIES
from tests.world.timer import swept
from tests.world.world import World

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
        "select (payee_amount + fee_amount)::numeric"
        " from private.escrow_transactions where id = %s",
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


def test_a_frozen_dispute_ends_when_its_hold_is_lifted(world: World) -> None:
    """A freeze stops every clock until the operator ends it, or its own time does."""
    escrow = ONCE["frozen_decide"](world, "market_service")
    world.advance(days=29)
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


HELD_FOR_A_TIME = {
    "funded": "refunded", "statements": "split", "one_statement": "refunded",
    "acknowledge": "split", "decide": "split", "approve": "split",
}  # fmt: skip


def _holds_until_an_hour_after(escrow: Escrow) -> None:
    """The rail holds the money an hour longer than the present duty lasts."""
    escrow.world.settle()
    escrow.world.run(
        "alter table private.escrow_transactions disable trigger user; "
        "update private.escrow_transactions set rail_hold_until = expires_at + interval '1 hour'; "
        "alter table private.escrow_transactions enable trigger user"
    )


def _end(escrow: Escrow) -> tuple[Any, ...]:
    (row,) = escrow.world.rows(
        "select last_event, state::text, payer_amount::numeric, "
        "(payee_amount + fee_amount)::numeric from private.escrow_transactions where id = %s",
        escrow.id,
    )
    return row


@pytest.mark.parametrize("place", HELD_FOR_A_TIME)
def test_no_duty_begins_that_the_rail_would_not_outlive(world: World, place: str) -> None:
    world.rail = "stripe"
    escrow = (EVERY_POLICY | ONCE)[place](world, "market_service")
    amount = escrow.row().amount
    _holds_until_an_hour_after(escrow)
    escrow.expire()
    with refused(world.connection, "not_due"):
        escrow.commit("timeout_hold", "timer")
    escrow.outlive_rail()
    done = swept(world)
    assert (done.moved, done.failed) == (1, 0)
    state = HELD_FOR_A_TIME[place]
    payee = amount / 2 if state == "split" else Decimal(0)
    assert _end(escrow) == ("timeout_hold", state, amount - payee, payee)
    assert world.problems() == []


def test_an_appeal_that_the_rail_does_not_outlive(world: World) -> None:
    """The first decision stands, and the bond goes back."""
    world.rail = "stripe"
    escrow = EVERY_POLICY["decided"](world, "market_service")
    award, currency = escrow.award(), escrow.row().currency
    before = world.balance(escrow.payee, currency)
    escrow.commit("appeal", "payee")
    assert world.balance(escrow.payee, currency) != before
    _holds_until_an_hour_after(escrow)
    escrow.outlive_rail()
    assert swept(world).moved == 1
    assert _end(escrow)[::3] == ("timeout_hold", award)
    assert world.balance(escrow.payee, currency)[::2] == before[::2]
    assert world.problems() == []


def test_a_delivery_is_paid_for_when_the_rail_holds_no_longer(world: World) -> None:
    world.rail = "stripe"
    escrow = EVERY_POLICY["performed"](world, "market_service")
    _holds_until_an_hour_after(escrow)
    escrow.outlive_rail()
    assert swept(world).moved == 1
    assert _end(escrow)[:2] == ("timeout_release", "released")
    assert world.problems() == []
