"""Endpoints of parties: who makes and changes them, their secrets, their states."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from stack.identity import as_owner, as_user
from tests.world.refused import refused
from tests.world.webhooks import (
    URL,
    claim,
    endpoint_row,
    enqueue,
    make_endpoint,
    new_endpoint,
    tell,
)
from tests.world.webhooks import relay as relay_all
from tests.world.world import PLATFORM, World

EDGES = {
    (None, "create", "active"), ("active", "disable", "disabled"), ("active", "gone", "disabled"),
    ("active", "fail", "disabled"), ("disabled", "enable", "active"),
    ("active", "remove", "removed"), ("disabled", "remove", "removed"),
}  # fmt: skip


def _owner(world: World, endpoint: UUID, who: UUID, column: str, value: Any) -> int:
    """Change a column as PostgREST would for a person; how many rows changed."""
    as_user(world.connection, who, aal="aal2")
    try:
        with world.connection.transaction():
            return world.connection.execute(
                f"update public.webhook_endpoints set {column} = %s where id = %s".encode(),
                [value, endpoint],
            ).rowcount
    finally:
        as_owner(world.connection)


def test_the_edges_are_as_written_down(world: World) -> None:
    listed = world.rows(
        "select from_state, event, to_state from private.state_edges "
        "where machine = 'webhook_endpoint'"
    )
    assert set(listed) == EDGES


def test_making_one_shows_its_secret_and_stores_it_nowhere_else(world: World) -> None:
    user = world.user()
    answer = make_endpoint(world, user, idempotency_key="k")
    secret = answer["secret"]
    assert secret.startswith("whsec_")
    assert answer["replayed"] is False
    again = make_endpoint(world, user, idempotency_key="k")
    assert (again["endpoint_id"], again["secret"], again["replayed"]) == (
        answer["endpoint_id"], secret, True,
    )  # fmt: skip
    assert world.one("select count(*) from public.webhook_endpoints where party_id = %s", user) == 1
    for table in ("private.idempotency_keys", "public.audit_log", "private.outbox"):
        found = world.one(f"select count(*) from {table} t where t::text like %s", f"%{secret}%")
        assert found == 0, table


def test_a_secret_has_the_bits_it_promises(world: World) -> None:
    user = world.user()
    secrets = {make_endpoint(world, user)["secret"] for _ in range(20)}
    assert len(secrets) == 20


@pytest.mark.parametrize(
    "types",
    [[], [""], ["Escrow"], ["escrow."], [".x"], ["escrow.*.x"], ["**"], ["x"] * 51, [None],
     ["a" * 101]],
)  # fmt: skip
def test_bad_event_types(world: World, types: list[Any]) -> None:
    user = world.user()
    with refused(world.connection, "bad_type" if None in types else "bad_event_types"):
        make_endpoint(world, user, event_types=types)
    endpoint = new_endpoint(world, user)
    with refused(world.connection, "bad_event_types"):
        _owner(world, endpoint, user, "event_types", types)


@pytest.mark.parametrize(
    "url", [None, "", "x", "ftp://x.example", "https:/", "https://" + "x" * 2000]
)
def test_an_address_that_is_none(world: World, url: str | None) -> None:
    with refused(world.connection, "webhook_url_refused"):
        make_endpoint(world, world.user(), url=url)


def test_only_who_acts_for_the_party_makes_one(world: World) -> None:
    owner, viewer, stranger = world.user(), world.user(), world.user()
    world.join(owner, viewer, "viewer")
    for who in (viewer, stranger):
        with refused(world.connection, "not_your_party"):
            make_endpoint(world, owner, actor_id=who)
    with refused(world.connection, "not_your_party"):
        make_endpoint(world, uuid4(), actor_id=owner)
    with refused(world.connection, "idempotency_key_required"):
        make_endpoint(world, owner, idempotency_key=None)


def test_twenty_are_enough(world: World) -> None:
    user = world.user()
    made = [new_endpoint(world, user) for _ in range(20)]
    with refused(world.connection, "too_many_webhook_endpoints"):
        new_endpoint(world, user)
    _owner(world, made[0], user, "status", "removed")
    new_endpoint(world, user)


def test_the_owner_changes_what_is_wanted_and_nothing_else(world: World) -> None:
    user, viewer, stranger = world.user(), world.user(), world.user()
    world.join(user, viewer, "viewer")
    endpoint = new_endpoint(world, user)
    assert _owner(world, endpoint, user, "event_types", ["escrow.*"]) == 1
    assert _owner(world, endpoint, user, "description", "Books") == 1
    with refused(world.connection, "not_yours"):
        _owner(world, endpoint, viewer, "description", "Mine")
    assert _owner(world, endpoint, stranger, "description", "Mine") == 0
    for column in ("url", "party_id", "failing_since", "disabled_reason", "version", "created_at"):
        with refused(world.connection, "42501"):
            _owner(world, endpoint, user, column, None)
    assert endpoint_row(world, endpoint)["url"] == URL


def test_off_and_on_and_gone_for_good(world: World) -> None:
    user = world.user()
    endpoint = new_endpoint(world, user)
    _owner(world, endpoint, user, "status", "disabled")
    row = endpoint_row(world, endpoint)
    assert (row["status"], row["disabled_reason"], row["version"]) == ("disabled", "owner", 2)
    answer = world.command(
        "webhook_endpoint_enable", endpoint_id=endpoint, actor_id=user, aal="aal2"
    )
    assert answer["status"] == "active"
    _owner(world, endpoint, user, "status", "removed")
    assert world.one("select count(*) from private.webhook_secrets") == 0
    with refused(world.connection, "illegal_move"):
        _owner(world, endpoint, user, "status", "active")
    with refused(world.connection, "illegal_move"):
        world.command("webhook_endpoint_enable", endpoint_id=endpoint, actor_id=user, aal="aal2")
    for command in ("webhook_secret_rotate", "webhook_ping"):
        with refused(world.connection, "webhook_endpoint_not_active"):
            world.command(command, endpoint_id=endpoint, actor_id=user, aal="aal2")
    told = world.rows(
        "select event, sequence from private.outbox where object_id = %s order by id", endpoint
    )
    assert told == [
        ("webhook_endpoint.disabled", 2), ("webhook_endpoint.enabled", 3),
        ("webhook_endpoint.removed", 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "command",
    ["webhook_secret_rotate", "webhook_endpoint_enable", "webhook_ping", "webhook_resend"],
)
def test_an_endpoint_of_others_is_not_there(world: World, command: str) -> None:
    endpoint = new_endpoint(world, world.user())
    for about in (endpoint, uuid4()):
        with refused(world.connection, "webhook_endpoint_not_found"):
            world.command(command, endpoint_id=about, actor_id=world.user())


def _secrets(world: World, user: UUID, endpoint: UUID) -> list[str]:
    world.command("webhook_ping", endpoint_id=endpoint, actor_id=user)
    (message,) = enqueue(world)
    found: list[str] = claim(world, message)["secrets"]
    tell(world, message, "succeed")
    return found


def test_two_secrets_live_for_a_day_after_a_rotation(world: World) -> None:
    user = world.user()
    made = make_endpoint(world, user)
    endpoint, first = UUID(made["endpoint_id"]), made["secret"]
    rotated = world.command(
        "webhook_secret_rotate",
        endpoint_id=endpoint,
        actor_id=user,
        aal="aal2",
        idempotency_key="r",
    )
    second = rotated["secret"]
    again = world.command(
        "webhook_secret_rotate",
        endpoint_id=endpoint,
        actor_id=user,
        aal="aal2",
        idempotency_key="r",
    )
    assert (again["secret"], again["replayed"]) == (second, True)
    assert _secrets(world, user, endpoint) == [second, first]
    third = world.command("webhook_secret_rotate", endpoint_id=endpoint, actor_id=user, aal="aal2")[
        "secret"
    ]
    assert _secrets(world, user, endpoint) == [third, second]
    world.advance(hours=25)
    assert _secrets(world, user, endpoint) == [third]


def test_the_platform_has_endpoints_like_everybody(world: World) -> None:
    endpoint = new_endpoint(world, PLATFORM, "security.*", actor_id=world.operator)
    assert endpoint_row(world, endpoint)["party_id"] == str(PLATFORM)
    relay_all(world)
    assert enqueue(world) == []


def test_the_audit_log_keeps_no_address(world: World) -> None:
    """Operators read it; an address with a key in it opens its owner's door."""
    user = world.user()
    made = make_endpoint(world, user, url="https://hooks.example.com/in/T0K3N?key=T0K3N")
    endpoint = UUID(made["endpoint_id"])
    _owner(world, endpoint, user, "status", "removed")
    ((_, first), (before, after)) = world.rows(
        "select before ->> 'url', after ->> 'url' from public.audit_log "
        "where table_name = 'webhook_endpoints' and row_id = %s order by id",
        str(endpoint),
    )
    # One sees that it did not change, and not what it is.
    assert first == before == after
    assert first.startswith("sha256:")
    for told in ("T0K3N", made["secret"]):
        assert world.one(
            "select count(*) from public.audit_log as a where a::text like %s", f"%{told}%"
        ) == 0  # fmt: skip
