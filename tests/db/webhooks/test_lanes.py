"""Law 15 for receivers: who is slow waits with those who are, whatever their answers say; a party
has a share, and asks for old messages only so often."""

from typing import LiteralString
from uuid import UUID

import pytest

from tests.world.refused import refused
from tests.world.webhooks import endpoint_row, enqueue, make_endpoint, new_endpoint, ping, record
from tests.world.world import World


def _lane(world: World, user: UUID, endpoint: UUID, **answer: int) -> str:
    """The lane of one message, which is then answered."""
    message = ping(world, user, endpoint)
    record(world, message, "succeed", status_code=200, **answer)
    lane: str = message["lane"]
    return lane


def test_an_endpoint_that_nobody_knows_begins_in_the_slow_lane(world: World) -> None:
    user = world.user()
    endpoint = UUID(make_endpoint(world, user)["endpoint_id"])
    assert [_lane(world, user, endpoint, duration_ms=40) for _ in range(3)] == [
        "slow", "fast", "fast",
    ]  # fmt: skip


@pytest.mark.parametrize("took", [2_001, 13_000, 15_000])
def test_a_slow_200_leaves_the_fast_lane_until_five_quick_answers(world: World, took: int) -> None:
    user = world.user()
    endpoint = new_endpoint(world, user)
    assert _lane(world, user, endpoint, duration_ms=took) == "fast"
    lanes = [_lane(world, user, endpoint, duration_ms=2_000) for _ in range(7)]
    assert lanes == ["slow"] * 5 + ["fast"] * 2


def test_one_slow_answer_in_between_begins_the_five_anew(world: World) -> None:
    user = world.user()
    endpoint = new_endpoint(world, user)
    for took in (3_000, 5, 5, 5, 5, 3_000, 5, 5, 5, 5):
        _lane(world, user, endpoint, duration_ms=took)
    assert endpoint_row(world, endpoint)["quick_answers"] == 4
    assert _lane(world, user, endpoint, duration_ms=5) == "slow"
    assert _lane(world, user, endpoint, duration_ms=5) == "fast"


def test_a_silent_receiver_is_slow_after_it_recovered_too(world: World) -> None:
    user = world.user()
    endpoint = new_endpoint(world, user)
    record(world, ping(world, user, endpoint), "exhaust", duration_ms=15_000)
    assert _lane(world, user, endpoint, duration_ms=5) == "slow"
    # It fails no more, and is still not known to be quick.
    assert endpoint_row(world, endpoint)["failing_since"] is None
    assert _lane(world, user, endpoint, duration_ms=5) == "slow"


def test_a_party_has_a_share_whatever_number_of_endpoints_it_has(world: World) -> None:
    many, one = world.user(), world.user()
    greedy = [new_endpoint(world, many) for _ in range(4)]
    modest = new_endpoint(world, one)
    for endpoint in greedy:
        for _ in range(10):
            world.command("webhook_ping", endpoint_id=endpoint, actor_id=many)
    for _ in range(3):
        world.command("webhook_ping", endpoint_id=modest, actor_id=one)
    queued = {each["delivery_id"] for each in enqueue(world)}
    of: LiteralString = (
        "select count(*) from public.webhook_deliveries "
        "where party_id = %s and id = any (%s::uuid[])"
    )
    assert world.one(of, many, list(queued)) == 20
    assert world.one(of, one, list(queued)) == 3
    assert enqueue(world) == []


@pytest.mark.parametrize("what", ["webhook_ping", "webhook_resend"])
def test_what_an_owner_asks_for_has_a_quota(world: World, what: str) -> None:
    user = world.user(limited=True)
    endpoint = new_endpoint(world, user)
    asked = {"all_failed": True} if what == "webhook_resend" else {}
    for _ in range(60):
        world.command(what, endpoint_id=endpoint, actor_id=user, **asked)
    with refused(world.connection, "quota_exceeded"):
        world.command(what, endpoint_id=endpoint, actor_id=user, **asked)
    world.advance(hours=1)
    world.command(what, endpoint_id=endpoint, actor_id=user, **asked)
