"""Complaint 16: over a network that stands still nobody is told to pay, and who waits for money
over it has that time back; nobody else has."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.world.chain import deposit_address, look
from tests.world.escrow import Escrow
from tests.world.rails import awaiting, destination
from tests.world.refused import refused
from tests.world.trades import funded
from tests.world.world import World


def health(world: World) -> tuple[Any, ...]:
    """State and since, as everybody reads them."""
    with world.acting("anon"):
        (row,) = world.rows(
            "select state, since from public.network_health where network_id = 'base'"
        )
    return row


def credit(world: World) -> None:
    with world.acting("service_role"):
        while world.one("select service.outage_credit(500)"):
            continue
        world.settle()


def payable(world: World, rail: str = "base") -> Escrow:
    made = awaiting(world, rail)
    destination(world, made.payer)
    return made


def deadline(escrow: Escrow) -> datetime:
    found: datetime = escrow.world.one(
        "select expires_at from private.escrow_transactions where id = %s", escrow.id
    )
    return found


def due(world: World) -> list[Any]:
    with world.acting("service_role"):
        found: list[Any] = world.one("select service.escrow_due(500)")
        world.settle()
    return found


def test_who_waits_for_money_has_the_time_back_and_nobody_else(world: World) -> None:
    waits, paid = payable(world), funded(world, "p2p_crypto")
    cards = awaiting(world, "stripe")
    address = deposit_address(world, waits)
    before = {each: deadline(each) for each in (waits, paid, cards)}
    active = world.one(
        "select active_until from public.deposit_requests where address = %s", address
    )
    assert look(world, 7) == "up"
    begin = health(world)[1]
    # Somebody has had its deadline already when the network works again.
    world.advance_to(before[waits] + timedelta(minutes=10))
    assert look(world, 7, begin) == "no_blocks"
    assert health(world) == ("no_blocks", begin)
    assert [each for each in due(world) if each["escrow"]["id"] == str(waits.id)] == []
    with refused(world.connection, "outage_pending"):
        waits.commit("timeout_void", "timer")
    world.advance(minutes=20)
    assert look(world, 8) == "up"
    lost = world.one("select to_at - from_at from public.outages where from_at = %s", begin)
    with refused(world.connection, "outage_pending"):
        waits.commit("timeout_void", "timer")
    credit(world)
    now = {each: deadline(each) for each in (waits, paid, cards)}
    assert now == before | {waits: before[waits] + lost}
    assert waits.row().state == "awaiting_funds"
    assert (
        world.one("select active_until from public.deposit_requests where address = %s", address)
        == active + lost
    )
    assert world.rows("select network_id, reason from public.outages") == [
        ("base", "Base stood still.")
    ]
    assert world.one("select bool_and(credited_at is not null) from public.outages")
    assert world.problems() == []


def test_nobody_is_told_to_pay_there_meanwhile(world: World) -> None:
    made = payable(world)
    begin = world.now()
    look(world, 7)
    world.advance(minutes=5, seconds=1)
    look(world, 7, begin)
    with refused(world.connection, "network_down"):
        deposit_address(world, made)
    with refused(world.connection, "network_down"):
        awaiting(world)
    awaiting(world, "stripe")
    look(world, 8)
    deposit_address(world, made)


def test_one_minute_is_given_back_once(world: World) -> None:
    """An outage of our own within the time in which the network stood still."""
    made = payable(world)
    before, begin = deadline(made), world.now()
    look(world, 7)
    world.advance(minutes=30)
    look(world, 7, begin)
    look(world, 8)
    command = {
        "from_at": begin + timedelta(minutes=10),
        "to_at": begin + timedelta(minutes=20),
        "reason": "The power was out.",
        "actor_id": world.operator,
        "aal": "aal2",
    }
    world.command("outage_declare", **command)
    credit(world)
    given = deadline(made) - before
    assert timedelta(minutes=30) <= given < timedelta(minutes=31)


def test_one_answer_that_does_not_come_says_nothing(world: World) -> None:
    look(world, 7)
    world.advance(minutes=4)
    assert look(world, problem="no_answer") == "up"
    assert look(world, 8) == "up"
    begin = world.now()
    world.advance(minutes=6)
    assert look(world, problem="no_answer") == "no_answer"
    state, since = health(world)
    assert (state, begin - since < timedelta(seconds=10)) == ("no_answer", True)
    assert look(world, 9) == "up"
    assert world.rows("select from_at, to_at - from_at >= '6 minutes' from public.outages") == [
        (since, True)
    ]


def test_two_answers_that_differ(world: World) -> None:
    look(world, 7)
    begin = world.now()
    assert look(world, 8, problem="answers_differ") == "answers_differ"
    assert health(world)[1] >= begin
    # A moment is no outage.
    assert look(world, 9) == "up"
    assert world.rows("select * from public.outages") == []


def test_a_node_is_not_believed_beyond_our_clock(world: World) -> None:
    ahead = world.now() + timedelta(days=10)
    assert look(world, 7, ahead) == "up"
    world.advance(minutes=6)
    assert look(world, 7, ahead) == "no_blocks"
    # Nor is a block new that was made long ago.
    assert look(world, 8, world.now() - timedelta(minutes=6)) == "no_blocks"
    assert look(world, 9, ahead) == "up"


def test_law_11_no_row_waits_for_ever(world: World) -> None:
    made = payable(world)
    begin = world.now()
    look(world, 7)
    world.advance(days=6, hours=23)
    look(world, 7, begin)
    with refused(world.connection, "outage_pending"):
        made.commit("timeout_void", "timer")
    world.advance(hours=2)
    made.commit("timeout_void", "timer")
    with refused(world.connection, "network_down"):
        payable(world)
    look(world, 8)
    assert world.one("select to_at - from_at from public.outages") == timedelta(days=7)


@pytest.mark.parametrize(
    "told",
    [{}, {"problem": "tired"}, {"time": "2026-01-01T00:00:00Z"},
     {"chain_id": 5, "problem": "no_answer"},
     {"number": 5, "time": "2026-01-01T00:00:00Z", "problem": "no_answer"},
     {"problem": "answers_differ"}],
)  # fmt: skip
def test_what_is_no_look(world: World, told: dict[str, Any]) -> None:
    with refused(world.connection, "bad_look"):
        look(world, **told)
