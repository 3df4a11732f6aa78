"""The queue of disputes: what comes first, who carries how much, who may read and decide."""

from typing import Any
from uuid import UUID

import pytest

from stack.identity import as_owner, as_user
from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY, ONCE
from tests.world.trades import contract, p2p_trade
from tests.world.world import PLATFORM, World

SERVICE = "market_service"


def _disputed(world: World, amount: str, reason: str) -> Escrow:
    escrow = p2p_trade(world, amount)
    escrow.commit("perform", "payee")
    escrow.commit("dispute", "payer", payload={"reason": reason})
    return escrow


def _queue(world: World, user: UUID) -> list[dict[str, Any]]:
    as_user(world.connection, user)
    rows = [row[0] for row in world.rows("select to_jsonb(q) from public.dispute_queue as q")]
    as_owner(world.connection)
    return rows


def test_what_is_old_dear_or_grave_comes_first(world: World) -> None:
    small = _disputed(world, "0.01", "other")
    world.advance(minutes=1)
    dear = _disputed(world, "0.15", "other")
    world.advance(minutes=1)
    grave = _disputed(world, "0.15", "fraud")
    order = [row["escrow_id"] for row in _queue(world, world.operator)]
    assert order == [str(each.id) for each in (grave, dear, small)]
    assert {row["priority"] for row in _queue(world, world.operator)} == {"low", "high"}
    world.advance(days=5)
    ages = {row["escrow_id"]: row["priority"] for row in _queue(world, world.operator)}
    assert ages == {str(small.id): "medium", str(dear.id): "high", str(grave.id): "high"}


@pytest.mark.parametrize(
    ("weight", "worth", "hours", "score"),
    [(10, 10, 0, 10), (10, 1, 0, 10), (10, 100, 0, 20), (50, 10**9, 0, 80), (0, 10, 3, 1),
     (0, 10, 1000, 40), (0, 10, -5, 0)],
)  # fmt: skip
def test_the_score(world: World, weight: int, worth: int, hours: int, score: int) -> None:
    query = "select private.dispute_score(%s, %s, make_interval(hours => %s))"
    assert world.one(query, weight, worth, hours) == score


def test_priority_is_kept_with_each_phase(world: World) -> None:
    escrow = _disputed(world, "0.15", "other")
    assert escrow.dispute()["priority"] == "low"
    world.advance(days=5)
    escrow.commit("timeout_statements", "timer")
    assert escrow.dispute()["priority"] == "high"


def test_everybody_sees_the_own_part_of_the_queue(world: World) -> None:
    escrow = EVERY_POLICY["acknowledge"](world, SERVICE)
    assert _queue(world, escrow.stranger) == []
    assert [row["mine"] for row in _queue(world, escrow.payer)] == [False]
    (mine,) = _queue(world, escrow.arbiter or world.operator)
    assert mine["mine"] is True
    other = escrow.spare_arbiter()
    assert other is not None
    assert _queue(world, other) == []
    (all_,) = _queue(world, world.operator)
    assert (all_["mine"], all_["phase"]) == (False, "acknowledge")


def test_who_may_read_disputes_may_not_decide_them(world: World) -> None:
    reader = world.user("reader")
    world.join(PLATFORM, reader, "dispute_reader")
    escrow = EVERY_POLICY["decide"](world, SERVICE)
    own = EVERY_POLICY["decide"](world, SERVICE)
    world.join(own.payer, reader, "viewer")
    assert [row["escrow_id"] for row in _queue(world, reader)] == [str(escrow.id), str(own.id)]
    as_user(world.connection, reader)
    # Of the own party's dispute only what a member of that side may read.
    assert world.one("select count(*) from public.dispute_statements") == 4
    as_owner(world.connection)
    with refused(world.connection, "not_your_move"):
        escrow.commit("decide", "arbiter", actor_id=reader)
    with refused(world.connection, "not_your_move"):
        ONCE["approve"](world, SERVICE).commit("approve_decision", "arbiter", actor_id=reader)
    with refused(world.connection, "arbiter_not_eligible"):
        escrow.commit("assign", "operator", payload={"arbiter_id": reader})
    escrow.commit("concede", "payee")
    assert [row["escrow_id"] for row in _queue(world, reader)] == [str(own.id)]


def test_only_the_platform_has_readers_of_disputes(world: World) -> None:
    with refused(world.connection, "party_members_arbiter_is_staff"):
        world.join(world.user(), world.user(), "dispute_reader")


def _capacity(world: World, arbiter: UUID, most: int) -> None:
    world.run("insert into public.arbiter_capacities values (%s, %s)", arbiter, most)


def test_nobody_is_given_more_than_they_can_carry(world: World) -> None:
    first, second, *rest = world.arbiters
    world.run("delete from public.party_members where user_id = any (%s)", rest)
    _capacity(world, first, 1)
    _capacity(world, second, 2)
    given = [EVERY_POLICY["acknowledge"](world, SERVICE) for _ in range(4)]
    assert sorted(str(each.arbiter) for each in given) == sorted(
        [str(first), str(second), str(second), "None"]
    )
    # The last waits for whoever gets free, and an operator may give it to somebody by hand.
    waiting = next(each for each in given if each.arbiter is None)
    given[0].commit("concede", "payee")
    waiting.expire()
    waiting.commit("timeout_acknowledge", "timer")
    assert waiting.arbiter is not None
    with world.connection.transaction(force_rollback=True):
        beyond = EVERY_POLICY["acknowledge"](world, SERVICE)
        assert beyond.arbiter is None
        beyond.commit("assign", "operator", payload={"arbiter_id": first})
        assert beyond.arbiter == first


def test_equals_take_turns(world: World) -> None:
    first, second, third, *rest = world.arbiters
    world.run("delete from public.party_members where user_id = any (%s)", rest)
    given = []
    for _ in range(6):
        escrow = EVERY_POLICY["acknowledge"](world, SERVICE)
        given.append(escrow.arbiter)
        escrow.commit("concede", "payee")
        world.advance(seconds=1)
    assert set(given[:3]) == {first, second, third}
    assert given[3:] == given[:3]


@pytest.mark.parametrize("side", ["payer", "payee", "company"])
def test_who_traded_with_a_party_does_not_decide_it(world: World, side: str) -> None:
    arbiter = world.arbiters[0]
    world.run("delete from public.party_members where user_id = any (%s)", world.arbiters[1:])
    escrow = EVERY_POLICY["one_statement"](world, SERVICE)
    trader = arbiter
    if side == "company":
        trader = world.user("company")
        world.join(trader, arbiter, "viewer")
    with_ = escrow.payer if side == "payer" else escrow.payee
    contract(world, parties=(trader, with_) if side == "payer" else (with_, trader))
    escrow.commit("statement_reply", "payee")
    assert escrow.arbiter is None
    with refused(world.connection, "arbiter_not_eligible"):
        escrow.commit("assign", "operator", payload={"arbiter_id": arbiter})


def test_an_arbiter_who_trades_with_a_party_loses_the_case(world: World) -> None:
    escrow = EVERY_POLICY["decide"](world, SERVICE)
    contract(world, parties=(escrow.payee, escrow.arbiter or escrow.payee))
    with refused(world.connection, "not_your_move"):
        escrow.commit("decide", "arbiter")
    approve = ONCE["approve"](world, SERVICE)
    other = approve.spare_arbiter()
    assert other is not None
    contract(world, parties=(other, approve.payer))
    with refused(world.connection, "not_your_move"):
        approve.commit("approve_decision", "other_arbiter", actor_id=other)


def test_loads_are_for_operators_and_ones_own(world: World) -> None:
    escrow = EVERY_POLICY["acknowledge"](world, SERVICE)
    _capacity(world, world.arbiters[0], 3)
    query = "select user_id, open_disputes, max_open from public.arbiter_loads()"
    as_user(world.connection, world.operator)
    rows = world.rows(query)
    as_owner(world.connection)
    assert {row[0] for row in rows} == set(world.arbiters)
    assert sum(row[1] for row in rows) == 1
    assert {row[0]: row[2] for row in rows}[world.arbiters[0]] == 3
    as_user(world.connection, world.arbiters[0])
    assert [row[0] for row in world.rows(query)] == [world.arbiters[0]]
    as_user(world.connection, escrow.payer)
    assert world.rows(query) == []
    as_owner(world.connection)


def test_capacity_is_an_operators_word_with_a_second_factor(world: World) -> None:
    arbiter = world.arbiters[0]
    for user, aal, code in ((arbiter, "aal2", "42501"),
                            (world.operator, "aal1", "step_up_required")):  # fmt: skip
        as_user(world.connection, user, aal=aal)
        with refused(world.connection, code):
            world.run(
                "insert into public.arbiter_capacities (user_id, max_open) values (%s, 0)", arbiter
            )
        as_owner(world.connection)
    as_user(world.connection, world.operator, aal="aal2")
    world.run("insert into public.arbiter_capacities (user_id, max_open) values (%s, 0)", arbiter)
    world.run("update public.arbiter_capacities set max_open = 5")
    as_owner(world.connection)
    assert world.one("select max_open from public.arbiter_capacities") == 5
