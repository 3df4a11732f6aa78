"""One attempt after the other: claims, records, retries, the end of an endpoint."""

from uuid import UUID, uuid4

import pytest

from stack.identity import as_owner, as_user
from tests.world.refused import refused
from tests.world.webhooks import (
    Queued,
    claim,
    delivery,
    endpoint_row,
    enqueue,
    new_endpoint,
    ping,
    record,
    relay,
    tell,
)
from tests.world.world import World


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


def test_a_claim_says_all_that_is_to_be_sent(world: World, user: UUID, message: Queued) -> None:
    claimed = claim(world, message)
    assert claimed["event"] == "webhook_endpoint.ping"
    assert claimed["schedule_step"] == 0
    assert len(claimed["secrets"]) == 1
    assert delivery(world, message)["status"] == "sending"


def test_of_two_senders_one_sends(world: World, message: Queued) -> None:
    assert claim(world, message) is not None
    assert claim(world, message) is None


@pytest.mark.parametrize("attempt", [1, -1, None])
def test_an_old_message_of_the_queue_claims_nothing(
    world: World, message: Queued, attempt: int | None
) -> None:
    assert claim(world, message | {"attempt": attempt}) is None
    assert claim(world, {"delivery_id": str(uuid4()), "attempt": 0}) is None


def test_a_success_is_the_end(world: World, endpoint: UUID, message: Queued) -> None:
    assert record(world, message, "succeed", status_code=204, answer="ok")
    row = delivery(world, message)
    assert (row["status"], row["attempt_count"], row["next_attempt_at"]) == ("delivered", 1, None)
    assert tell(world, message, "succeed") is False
    assert claim(world, message) is None
    assert world.rows("select number, status_code, answer from public.webhook_attempts") == [
        (1, 204, "ok")
    ]
    assert endpoint_row(world, endpoint)["failing_since"] is None


def test_a_failure_waits_for_its_time(world: World, endpoint: UUID, message: Queued) -> None:
    record(world, message, "retry", status_code=500, next_in_ms=5_000, error="", answer="x" * 5000)
    assert delivery(world, message)["status"] == "pending"
    assert endpoint_row(world, endpoint)["consecutive_failures"] == 1
    assert enqueue(world) == []
    world.advance(seconds=6)
    (again,) = enqueue(world)
    assert (message["lane"], again) == ("fast", message | {"attempt": 1, "lane": "slow"})
    assert claim(world, again)["event_id"] == delivery(world, message)["event_id"]
    assert world.one("select length(answer) from public.webhook_attempts") == 4096


def test_ten_attempts_are_the_end(world: World, message: Queued) -> None:
    record(world, message, "exhaust", status_code=500)
    row = delivery(world, message)
    assert (row["status"], row["next_attempt_at"]) == ("failed", None)


def test_gone_disables_the_endpoint(world: World, endpoint: UUID, message: Queued) -> None:
    record(world, message, "gone", status_code=410)
    row = endpoint_row(world, endpoint)
    assert (row["status"], row["disabled_reason"]) == ("disabled", "gone")


def test_five_days_of_failures_disable_and_the_owner_is_told(
    world: World, user: UUID, endpoint: UUID
) -> None:
    for days in (0, 2, 2.9):
        world.advance(days=days)
        record(world, ping(world, user, endpoint), "exhaust", status_code=500)
        assert endpoint_row(world, endpoint)["status"] == "active"
    world.advance(days=0.2)
    record(world, ping(world, user, endpoint), "exhaust", status_code=500)
    row = endpoint_row(world, endpoint)
    assert (row["status"], row["disabled_reason"]) == ("disabled", "failing")
    relay(world)
    assert world.rows(
        "select event, data ->> 'reason' from public.notifications where user_id = %s", user
    ) == [("webhook_endpoint.disabled", "failing")]


def test_one_success_begins_the_five_days_anew(world: World, user: UUID, endpoint: UUID) -> None:
    for days, outcome in ((0, "exhaust"), (4, "succeed"), (0, "exhaust"), (4, "exhaust")):
        world.advance(days=days)
        record(world, ping(world, user, endpoint), outcome)
    assert endpoint_row(world, endpoint)["status"] == "active"


def test_a_throttling_endpoint_is_left_alone(world: World, user: UUID, endpoint: UUID) -> None:
    first = ping(world, user, endpoint)
    world.command("webhook_ping", endpoint_id=endpoint, actor_id=user)
    record(world, first, "retry", status_code=429, pause_in_ms=60_000)
    assert enqueue(world) == []
    world.advance(seconds=61)
    assert len(enqueue(world)) == 2


def test_a_record_for_nothing_changes_nothing(world: World, message: Queued) -> None:
    assert claim(world, message) is not None
    assert tell(world, {"delivery_id": str(uuid4()), "attempt": 0}, "succeed") is False
    assert tell(world, message, "wonder") is False
    assert tell(world, message | {"attempt": 7}, "succeed") is False
    assert delivery(world, message)["status"] == "sending"


@pytest.mark.parametrize(
    ("status", "event", "role"),
    [("delivered", "succeed", "receiver"), ("sending", "send", "sender"),
     ("failed", "exhaust", "sender"), ("pending", "enqueue", "relay"), ("nowhere", "send", "x")],
)  # fmt: skip
def test_law_2_only_legal_moves(
    world: World, user: UUID, endpoint: UUID, status: str, event: str, role: str
) -> None:
    world.command("webhook_ping", endpoint_id=endpoint, actor_id=user)
    with refused(world.connection, "illegal_move"):
        world.run(
            "update public.webhook_deliveries set status = %s, last_event = %s, "
            "last_actor_role = %s", status, event, role,
        )  # fmt: skip


def test_law_11_a_live_message_has_its_time(world: World, user: UUID, endpoint: UUID) -> None:
    world.command("webhook_ping", endpoint_id=endpoint, actor_id=user)
    with refused(world.connection, "illegal_move"):
        world.run(
            "update public.webhook_deliveries set next_attempt_at = null, last_event = 'resend', "
            "last_actor_role = 'owner'"
        )


def test_nobody_reads_a_secret(world: World, user: UUID, endpoint: UUID) -> None:
    for role in ("anon", "authenticated", "service_role"):
        with refused(world.connection, "42501"), world.acting(role):
            world.rows("select secret from private.webhook_secrets")
    as_user(world.connection, user)
    with refused(world.connection, "42501"):
        world.rows("select service.webhook_claim(%s, 0)", uuid4())
    as_owner(world.connection)


def test_members_read_messages_and_attempts_and_others_do_not(
    world: World, user: UUID, message: Queued
) -> None:
    record(world, message, "succeed")
    viewer = world.user()
    world.join(user, viewer, "viewer")
    for who, rows in ((user, 1), (viewer, 1), (world.user(), 0), (world.operator, 0)):
        as_user(world.connection, who)
        for table in ("webhook_endpoints", "webhook_deliveries", "webhook_attempts"):
            assert len(world.rows(f"select id from public.{table}")) == rows
        as_owner(world.connection)
