"""Sessions and devices: kept as Auth makes them, ended by their owner, refused once ended."""

from collections.abc import Callable
from typing import Any, LiteralString
from uuid import UUID, uuid4

import pytest

from stack.identity import as_owner, as_user
from tests.world.accounts import FIREFOX, IPHONE, enrol, events, losses, sign_in
from tests.world.rails import ADDRESS as WALLET
from tests.world.refused import refused
from tests.world.webhooks import relay
from tests.world.world import World


def _audits(world: World, user: UUID) -> list[tuple[Any, ...]]:
    return world.rows(
        "select session_id, event, aal from public.session_audits "
        "where user_id = %s order by id, event",
        user,
    )


def _whoami(world: World, user: UUID, session: Any) -> Any:
    as_user(world.connection, user, session_id=str(session))
    try:
        return world.one("select public.whoami()")
    finally:
        if world.connection.info.transaction_status.name != "INERROR":
            as_owner(world.connection)


def _destination(world: World, user: UUID, address: str = WALLET) -> Any:
    return world.command(
        "payout_destination_set", actor_id=user, aal="aal2", rail="base", address=address
    )


def test_beginning_level_and_end_of_a_session_are_kept(world: World) -> None:
    user = world.user()
    session = sign_in(world.connection, user)
    for aal in ("aal2", "aal2", "aal1"):
        world.advance(seconds=1)
        world.run(
            "update auth.sessions set aal = %s, refreshed_at = now() where id = %s", aal, session
        )
    world.advance(seconds=1)
    world.run("delete from auth.sessions where id = %s", session)
    assert _audits(world, user) == [
        (session, "started", "aal1"), (session, "aal_changed", "aal2"),
        (session, "aal_changed", "aal1"), (session, "ended", "aal1"),
    ]  # fmt: skip


def test_a_device_is_the_same_when_a_function_asked_in_its_place(world: World) -> None:
    user = world.user()
    sign_in(world.connection, user)
    sign_in(world.connection, user, f"Holdfast/1 {FIREFOX.encode().hex()}")
    assert events(world.connection, user) == []
    # What only looks like it is a program of that name, and stops nobody.
    for odd in ("Holdfast/1 zz", "Holdfast/1 c3", "Holdfast/1 00ff", "Holdfast/1 4", "Holdfast/1"):
        sign_in(world.connection, user, odd)
    assert losses(world.connection) == []
    families = "select family from public.user_devices where user_id = %s order by 1"
    assert world.rows(families, user) == [("Firefox on Linux",), ("Holdfast",)]


def test_a_new_device_is_told_the_first_one_is_not(world: World) -> None:
    user = world.user()
    sign_in(world.connection, user)
    # An update of the browser is no new device; an id that the client adds is.
    sign_in(world.connection, user, FIREFOX.replace("132", "133"))
    assert events(world.connection, user) == []
    for agent in (IPHONE, f"{IPHONE} device/3f2a9c1e-77", f"{IPHONE} device/3f2a9c1e-77", "curl/8"):
        sign_in(world.connection, user, agent)
    assert events(world.connection, user) == ["new_device"] * 3
    families = world.rows(
        "select family from public.user_devices where user_id = %s order by id, family", user
    )
    assert [family for (family,) in families] == [
        "Firefox on Linux", "Safari on iOS", "Safari on iOS", "curl"
    ]  # fmt: skip
    world.advance(days=31)
    sign_in(world.connection, user)
    assert events(world.connection, user) == ["new_device"] * 4


def test_the_owner_is_written_to_of_a_new_device(world: World) -> None:
    user = world.user()
    for agent in (FIREFOX, IPHONE):
        sign_in(world.connection, user, agent)
    relay(world)
    written: LiteralString = (
        "select kind, channel::text from public.message_deliveries where user_id = %s"
    )
    assert world.rows(written, user) == [("security.new_device", "email")]


@pytest.mark.parametrize("agent", [None, "", "\x01", "/", "x" * 5000, "Ω", "1234"])
def test_any_user_agent_signs_in(world: World, agent: Any) -> None:
    user = world.user()
    sign_in(world.connection, user, agent)
    assert losses(world.connection) == []
    assert len(_audits(world, user)) == 1


def test_a_destination_named_after_a_new_device_waits_a_day(world: World) -> None:
    user, other = world.user(), world.user()
    for each in (user, other):
        sign_in(world.connection, each)
    sign_in(world.connection, user, IPHONE)
    waits = world.one(
        "select extract(hours from %s::timestamptz - private.clock())::integer",
        _destination(world, user)["usable_from"],
    )
    assert waits == 23
    made = _destination(world, other)
    assert world.one("select %s::timestamptz <= private.clock()", made["usable_from"])


def test_what_happens_to_an_account_is_told_to_its_owner(world: World) -> None:
    user, other = world.user(), world.user()
    identity: LiteralString = (
        "insert into auth.identities (provider_id, user_id, identity_data, provider) "
        "values (gen_random_uuid(), %s, '{}', %s)"
    )
    world.run("delete from auth.identities where user_id = %s", user)
    before = len(events(world.connection, user))
    world.run(identity, user, "email")
    world.run("update auth.users set encrypted_password = 'a' where id = %s", user)
    world.run(
        "update auth.users set encrypted_password = 'a', updated_at = now() where id = %s", user
    )
    world.run("update auth.users set email = 'new' || email, phone = '491511' where id = %s", user)
    world.run(identity, user, "google")
    factor = enrol(world.connection, user)
    world.run("delete from auth.mfa_factors where id = %s", factor)
    world.run("delete from auth.identities where user_id = %s and provider = 'google'", user)
    wanted = [
        "email_changed", "factor_added", "factor_removed", "identity_linked", "identity_unlinked",
        "password_changed", "phone_changed",
    ]  # fmt: skip
    assert sorted(events(world.connection, user)[before:]) == wanted
    told = world.rows(
        "select event from private.outbox where object_type = 'security_event' "
        "and parties = array[%s::uuid]", user
    )  # fmt: skip
    assert {event for (event,) in told} >= {f"account.{kind}" for kind in wanted}
    query: LiteralString = "select count(*) from public.security_events"
    counts = []
    for who in (user, other):
        as_user(world.connection, who)
        counts.append(world.one(query))
        as_owner(world.connection)
    assert counts == [len(wanted) + before, 0]


@pytest.mark.parametrize(
    "gone", ["public.session_audits", "public.user_devices", "public.security_events"]
)
def test_without_our_tables_everybody_still_signs_in(world: World, gone: str) -> None:
    user = world.user()
    world.connection.execute(f"drop table {gone} cascade".encode())
    first, second = sign_in(world.connection, user), sign_in(world.connection, user, IPHONE)
    world.run("update auth.sessions set aal = 'aal2' where id = %s", first)
    world.run("update auth.users set encrypted_password = 'b' where id = %s", user)
    world.run("delete from auth.mfa_factors where id = %s", enrol(world.connection, user))
    world.run("delete from auth.sessions where id = %s", second)
    assert world.one("select count(*) from auth.sessions where user_id = %s", user) == 1
    if gone != "public.security_events":
        assert {state for _, state in losses(world.connection)} == {"42P01"}


def test_an_ended_session_commands_nothing(world: World) -> None:
    user, other = world.user(), world.user()
    session, foreign = sign_in(world.connection, user), sign_in(world.connection, other)
    assert _whoami(world, user, session)["session_id"] == str(session)
    for wrong in (foreign, uuid4(), "nonsense", ""):
        with refused(world.connection, "session_ended"):
            _whoami(world, user, wrong)
    world.run(
        "update auth.sessions set not_after = private.clock() + interval '1 hour' where id = %s",
        session,
    )
    assert _whoami(world, user, session)["id"] == str(user)
    world.advance(hours=1)
    with refused(world.connection, "session_ended"):
        _whoami(world, user, session)
    world.run("update auth.sessions set not_after = null where id = %s", session)
    assert _whoami(world, user, session)["id"] == str(user)
    world.run("delete from auth.sessions where id = %s", session)
    with refused(world.connection, "session_ended"):
        _whoami(world, user, session)


def test_an_ended_session_writes_no_row(world: World) -> None:
    user = world.user()
    session = sign_in(world.connection, user)

    def write() -> None:
        as_user(world.connection, user, session_id=str(session))
        world.run("insert into public.guilds (name) values (%s)", f"Guild {uuid4()}"[:30])
        as_owner(world.connection)

    write()
    world.run("delete from auth.sessions where id = %s", session)
    with refused(world.connection, "session_ended"):
        write()


def test_sessions_are_read_and_ended_by_their_owner(world: World) -> None:
    user, other = world.user(), world.user()
    here, phone = sign_in(world.connection, user), sign_in(world.connection, user, IPHONE)
    theirs = sign_in(world.connection, other)

    def read(query: LiteralString) -> list[tuple[Any, ...]]:
        as_user(world.connection, user, session_id=str(here))
        found = world.rows(query)
        as_owner(world.connection)
        return found

    sessions: LiteralString = (
        "select id, family, is_current from public.sessions order by is_current"
    )
    assert read(sessions) == [(phone, "Safari on iOS", False), (here, "Firefox on Linux", True)]
    assert len(read("select id from public.user_devices")) == 2
    with refused(world.connection, "session_not_found"):
        world.command("session_revoke", actor_id=user, aal="aal1", session_id=theirs)
    key = {"idempotency_key": str(uuid4()), "request_hash": "1"}
    for _ in range(2):
        world.command("session_revoke", actor_id=user, aal="aal1", session_id=phone, **key)
    assert [row[0] for row in read(sessions)] == [here]
    assert world.one("select count(*) from auth.sessions where id = %s", theirs) == 1
    sign_in(world.connection, user, IPHONE)
    with refused(world.connection, "session_not_found"):
        world.command(
            "sessions_revoke_others", actor_id=user, aal="aal1", current_session_id=theirs
        )
    ended = world.command(
        "sessions_revoke_others", actor_id=user, aal="aal1", current_session_id=here
    )
    assert ended["ended"] == 1
    assert [row[0] for row in read(sessions)] == [here]


def test_a_device_is_named_and_revoked_by_its_owner(world: World) -> None:
    user, other = world.user(), world.user()
    sign_in(world.connection, user)
    for _ in range(2):
        sign_in(world.connection, user, IPHONE)
    device = world.one(
        "select id from public.user_devices where user_id = %s and family = 'Safari on iOS'", user
    )
    calls: list[Callable[[UUID], Any]] = [
        lambda who: world.command("device_name", actor_id=who, device_id=device, name="My phone"),
        lambda who: world.command("device_revoke", actor_id=who, device_id=device),
    ]
    for call in calls:
        with refused(world.connection, "device_not_found"):
            call(other)
    assert calls[0](user)["name"] == "My phone"
    with refused(world.connection, "name_reserved"):
        world.command("device_name", actor_id=user, device_id=device, name="holdfast")
    assert calls[1](user)["ended"] == 2
    before = len(events(world.connection, user))
    sign_in(world.connection, user, IPHONE)
    assert events(world.connection, user)[before:] == ["new_device"]
