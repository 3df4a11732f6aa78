"""Operators stop a party and let it go on, with a reason; an end comes by itself."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.world.refused import refused
from tests.world.stopping import stop
from tests.world.trades import draft, publish
from tests.world.webhooks import relay
from tests.world.world import OUTSIDE, PLATFORM, World


def suspend(world: World, party: UUID, **fields: Any) -> dict[str, Any]:
    answer: dict[str, Any] = world.command(
        "party_suspend",
        **{"party_id": party, "reason": "under review", "aal": "aal2",
           "actor_id": world.operator} | fields,
    )  # fmt: skip
    return answer


def restore(world: World, party: UUID, **fields: Any) -> dict[str, Any]:
    answer: dict[str, Any] = world.command(
        "party_restore",
        **{"party_id": party, "reason": "all is well", "aal": "aal2", "actor_id": world.operator}
        | fields,
    )  # fmt: skip
    return answer


def standing(world: World, party: UUID) -> str:
    return str(world.one("select private.standing_of(%s)::text", party))


def published(world: World, maker: UUID) -> UUID:
    """An order of theirs in the book."""
    world.deposit(maker, "2")
    order: UUID = draft(world, maker)
    publish(world, order, maker)
    return order


def test_a_party_is_stopped_and_goes_on(world: World) -> None:
    maker = world.user()
    order = published(world, maker)
    answer = suspend(world, maker)
    assert (answer["status"], answer["suspended_until"]) == ("suspended", None)
    assert standing(world, maker) == "suspended"
    status = "select status::text from public.p2p_orders where id = %s"
    assert world.one(status, order) == "paused"
    assert restore(world, maker)["status"] == "active"
    assert (standing(world, maker), world.one(status, order)) == ("active", "paused")
    resumed = {"order_id": order, "actor_id": maker, "aal": "aal2"}
    world.command("order_resume", **resumed)
    relay(world)
    told = world.rows(
        "select event, data from public.notifications where user_id = %s "
        "and event like 'party.%%' order by id", maker,
    )  # fmt: skip
    assert {event for event, _ in told} == {"party.suspended", "party.restored"}
    assert all("review" not in str(data) for _, data in told)
    audited = world.rows(
        "select reason, actor_id from public.audit_log "
        "where table_name = 'parties' and row_id = %s and action = 'update' order by id",
        str(maker),
    )  # fmt: skip
    assert audited == [("under review", world.operator), ("all is well", world.operator)]


def test_an_end_comes_by_itself_and_can_be_put_off(world: World) -> None:
    person = world.user()
    until = world.now() + timedelta(days=2)
    ends = datetime.fromisoformat(suspend(world, person, until=until)["suspended_until"])
    assert ends == until
    world.advance(days=1)
    later = until + timedelta(days=2)
    suspend(world, person, until=later, reason="more to read")
    world.advance(days=1, seconds=1)
    assert standing(world, person) == "suspended"
    world.advance(days=2)
    assert standing(world, person) == "active"
    # Once more: what was published meanwhile rests, although the status is what it was.
    order = published(world, person)
    suspend(world, person, reason="again")
    assert standing(world, person) == "suspended"
    assert world.one("select status::text from public.p2p_orders where id = %s", order) == "paused"


@pytest.mark.parametrize("house", [PLATFORM, OUTSIDE, uuid4()])
def test_nobody_stops_the_house_or_nobody(world: World, house: UUID) -> None:
    for command in (suspend, restore):
        with refused(world.connection, "party_not_found", "not_your_move"):
            command(world, house)


def test_what_is_refused(world: World) -> None:
    person = world.user()
    with refused(world.connection, "party_not_suspended"):
        restore(world, person)
    for until in (world.now(), world.now() - timedelta(days=1)):
        with refused(world.connection, "suspension_end_past"):
            suspend(world, person, until=until)
    for command in (suspend, restore):
        with refused(world.connection, "operator_only"):
            command(world, person, actor_id=person)
        with refused(world.connection, "step_up_required"):
            command(world, person, aal="aal1")
    with refused(world.connection, "reason_required"):
        suspend(world, person, reason=" ")
    assert standing(world, person) == "active"
    stop(world, person, "closed")
    with refused(world.connection, "party_is_closed"):
        suspend(world, person)


def test_the_same_key_stops_once(world: World) -> None:
    person = world.user()
    first = suspend(world, person, idempotency_key="once")
    restore(world, person)
    again = suspend(world, person, idempotency_key="once")
    assert (again["replayed"], again["status"]) == (True, first["status"])
    assert standing(world, person) == "active"
