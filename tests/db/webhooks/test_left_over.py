"""What nobody finished: senders that die, endpoints closed while the relay stood still."""

from uuid import UUID

import pytest

from functions.webhooks.attempt_rules import SCHEDULE
from tests.world.webhooks import Queued, claim, delivery, enqueue, new_endpoint, ping, serve, tell
from tests.world.world import World

LEASE = 91


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


def _attempts(world: World) -> list[tuple[int, int | None, str]]:
    return world.rows(
        "select number, status_code, error from public.webhook_attempts order by number"
    )


def test_a_sender_that_dies_leaves_a_message_that_comes_back(world: World, message: Queued) -> None:
    """At least once: killed between send and record, it is sent again with the same id."""
    first = claim(world, message)
    assert (first["schedule_step"], delivery(world, message)["attempt_count"]) == (0, 1)
    world.advance(seconds=LEASE)
    assert enqueue(world) == []
    row = delivery(world, message)
    assert (row["status"], row["last_error"]) == ("pending", "sender_lost")
    world.advance(seconds=SCHEDULE[1] + 1)
    (again,) = enqueue(world)
    assert again == message | {"attempt": 1}
    second = claim(world, again)
    assert (second["event_id"], second["schedule_step"]) == (first["event_id"], 1)
    tell(world, again, "succeed", status_code=200)
    assert _attempts(world) == [(1, None, "sender_lost"), (2, 200, "")]


def test_a_message_that_kills_its_sender_ends_like_any_other(world: World, message: Queued) -> None:
    for number, wait in enumerate(SCHEDULE):
        world.advance(seconds=wait + 1)
        if number:
            (message,) = enqueue(world)
        assert claim(world, message)["schedule_step"] == number
        world.advance(seconds=LEASE)
        assert enqueue(world) == []
    row = delivery(world, message)
    assert (row["status"], row["attempt_count"]) == ("failed", len(SCHEDULE))
    assert [number for number, _, _ in _attempts(world)] == list(range(1, len(SCHEDULE) + 1))
    world.advance(days=2)
    assert enqueue(world) == []


def test_a_sender_that_comes_back_too_late_changes_nothing(world: World, message: Queued) -> None:
    claim(world, message)
    world.advance(seconds=LEASE)
    enqueue(world)
    assert tell(world, message, "succeed", status_code=200) is False
    assert delivery(world, message)["status"] == "pending"
    assert _attempts(world) == [(1, None, "sender_lost")]


def test_nobody_is_given_up_before_the_lease_ends_or_without_a_schedule(
    world: World, message: Queued
) -> None:
    claim(world, message)
    assert enqueue(world) == []
    assert delivery(world, message)["status"] == "sending"
    world.advance(seconds=LEASE)
    assert serve(world, "select service.webhook_enqueue()") == []
    assert serve(world, "select service.webhook_enqueue('{}')") == []
    assert delivery(world, message)["status"] == "sending"


@pytest.mark.parametrize("status", ["pending", "queued", "sending"])
def test_law_11_what_an_endpoint_left_ends_however_long_the_relay_stood_still(
    world: World, user: UUID, endpoint: UUID, status: str
) -> None:
    world.command("webhook_ping", endpoint_id=endpoint, actor_id=user)
    if status != "pending":
        (message,) = enqueue(world)
        if status == "sending":
            claim(world, message)
    world.run("update public.webhook_endpoints set status = 'removed' where id = %s", endpoint)
    world.advance(days=4)
    with world.acting("service_role"):
        world.run("select service.housekeeping()")
    assert world.rows("select status, last_event from public.webhook_deliveries") == [
        ("failed", "close")
    ]


def test_housekeeping_leaves_alone_what_a_sender_may_still_have(
    world: World, endpoint: UUID, message: Queued
) -> None:
    claim(world, message)
    world.run("update public.webhook_endpoints set status = 'disabled' where id = %s", endpoint)
    with world.acting("service_role"):
        world.run("select service.housekeeping()")
    assert tell(world, message, "succeed", status_code=200)
    assert delivery(world, message)["status"] == "delivered"
