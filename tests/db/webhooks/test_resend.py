"""Sending again: one message, some, a time, all that failed, and more than one command takes."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.world.refused import refused
from tests.world.webhooks import (
    Queued,
    claim,
    delivery,
    enqueue,
    new_endpoint,
    ping,
    record,
    relay,
    tell,
)
from tests.world.world import World

PAGE = 1000


@pytest.fixture
def user(world: World) -> UUID:
    return world.user()


@pytest.fixture
def endpoint(world: World, user: UUID) -> UUID:
    return new_endpoint(world, user)


@pytest.fixture
def message(world: World, user: UUID, endpoint: UUID) -> Queued:
    """A message in the queue."""
    return ping(world, user, endpoint)


def _resend(world: World, user: UUID, endpoint: UUID, **what: object) -> int:
    answer = world.command("webhook_resend", endpoint_id=endpoint, actor_id=user, **what)
    count: int = answer["messages"]
    return count


def test_resend_one_some_a_time_or_all_that_failed(
    world: World, user: UUID, endpoint: UUID
) -> None:
    start = world.now()
    messages = []
    for outcome in ("succeed", "exhaust", "exhaust"):
        messages.append(ping(world, user, endpoint))
        record(world, messages[-1], outcome)
    first = delivery(world, messages[0])
    answer = world.command(
        "webhook_delivery_resend", delivery_id=first["id"], actor_id=user, idempotency_key="one"
    )
    assert answer["messages"] == 1
    (again,) = enqueue(world)
    assert claim(world, again)["event_id"] == first["event_id"]
    tell(world, again, "succeed")
    assert _resend(world, user, endpoint, all_failed=True) == 2
    for message in enqueue(world):
        record(world, message, "succeed")
    assert _resend(world, user, endpoint, event_ids=[first["event_id"]]) == 1
    for message in enqueue(world):
        record(world, message, "succeed")
    assert _resend(world, user, endpoint, since=start, until=world.now()) == 3
    assert _resend(world, user, endpoint, all_failed=True) == 0


def test_a_resend_begins_the_schedule_anew(world: World, user: UUID, message: Queued) -> None:
    record(world, message, "retry", status_code=500)
    world.command("webhook_delivery_resend", delivery_id=message["delivery_id"], actor_id=user)
    (again,) = enqueue(world)
    assert claim(world, again)["schedule_step"] == 0
    assert again["attempt"] == 1


@pytest.mark.parametrize(
    "what",
    [{}, {"all_failed": False}, {"since": "2026-01-01T00:00:00Z"},
     {"since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"},
     {"all_failed": True, "event_ids": []},
     {"all_failed": True, "since": "2026-01-01T00:00:00Z", "until": "2026-01-02T00:00:00Z"}],
)  # fmt: skip
def test_a_resend_of_nothing_in_particular(
    world: World, user: UUID, endpoint: UUID, what: dict[str, object]
) -> None:
    with refused(world.connection, "bad_resend"):
        _resend(world, user, endpoint, **what)


def test_a_message_of_others_is_not_there(world: World, message: Queued) -> None:
    for identifier in (message["delivery_id"], uuid4()):
        with refused(world.connection, "webhook_delivery_not_found"):
            world.command("webhook_delivery_resend", delivery_id=identifier, actor_id=world.user())


def test_nothing_is_sent_again_to_an_endpoint_that_is_off(
    world: World, user: UUID, endpoint: UUID, message: Queued
) -> None:
    record(world, message, "gone", status_code=410)
    with refused(world.connection, "webhook_endpoint_not_active"):
        _resend(world, user, endpoint, all_failed=True)
    with refused(world.connection, "webhook_endpoint_not_active"):
        world.command("webhook_delivery_resend", delivery_id=message["delivery_id"], actor_id=user)


def _filled(world: World, user: UUID, endpoint: UUID, count: int) -> None:
    """So many messages that failed."""
    world.command("webhook_ping", endpoint_id=endpoint, actor_id=user)
    world.run(
        "insert into public.webhook_deliveries (id, endpoint_id, party_id, event_id, event, "
        "object_type, object_id, sequence, payload, next_attempt_at, last_event, "
        "last_actor_role, event_at, created_at, updated_at) "
        "select private.uuid_v7(d.created_at), endpoint_id, party_id, gen_random_uuid(), event, "
        "object_type, object_id, sequence, payload, next_attempt_at, last_event, "
        "last_actor_role, event_at, created_at, updated_at "
        "from public.webhook_deliveries as d cross join generate_series(2, %s) "
        "where endpoint_id = %s",
        count, endpoint,
    )  # fmt: skip
    _finish(world)


def _finish(world: World) -> None:
    """Everything that waits fails."""
    world.run(
        "update public.webhook_deliveries set status = 'failed', next_attempt_at = null, "
        "last_event = 'close', last_actor_role = 'relay' where status = 'pending'"
    )


def _pages(world: World, user: UUID, endpoint: UUID, **what: Any) -> list[int]:
    """Messages of each command until there is no next; what was sent fails in between."""
    sizes: list[int] = []
    after = None
    while True:
        answer = world.command(
            "webhook_resend", endpoint_id=endpoint, actor_id=user, after=after, **what
        )
        sizes.append(answer["messages"])
        assert len(sizes) < 10
        _finish(world)
        after = answer["next"]
        if after is None:
            return sizes


def test_more_than_one_command_takes_is_sent_once_each(
    world: World, user: UUID, endpoint: UUID
) -> None:
    """It ends, although what was sent again has failed again meanwhile."""
    start = world.now()
    _filled(world, user, endpoint, 2 * PAGE + 300)
    until = world.now()
    assert _pages(world, user, endpoint, since=start, until=until) == [PAGE, PAGE, 300]
    assert _pages(world, user, endpoint, all_failed=True) == [PAGE, PAGE, 300]


def test_a_long_absence_is_made_good_once(world: World, user: UUID, endpoint: UUID) -> None:
    """What an endpoint missed while it was off comes after what it once had, each once."""
    start = world.now()
    _filled(world, user, endpoint, 5)
    world.run("update public.webhook_endpoints set status = 'disabled' where id = %s", endpoint)
    world.run(
        "select private.emit_event('x.happened', 'x', gen_random_uuid(), 1, array[%s], '{}', "
        "private.clock()) from generate_series(1, %s)",
        user, PAGE + 200,
    )  # fmt: skip
    relay(world)
    world.command("webhook_endpoint_enable", endpoint_id=endpoint, actor_id=user, aal="aal2")
    sizes = _pages(world, user, endpoint, since=start, until=world.now())
    # And the change of status itself, which the closed endpoint was not told either.
    assert sizes == [5 + PAGE, 201]
    assert world.one(
        "select count(*) from public.webhook_deliveries where endpoint_id = %s", endpoint
    ) == 5 + PAGE + 201  # fmt: skip
