"""Who a person is: flags and tiers come from operators and the provider, never from the person."""

from typing import Any, LiteralString
from uuid import UUID, uuid4

import pytest

from stack.identity import API_ROLES, as_owner, as_role, as_user
from tests.world.refused import refused
from tests.world.verifications import (
    FLAGS,
    flags,
    operator_says,
    person,
    provider_command,
    provider_says,
    tier,
)
from tests.world.world import World


@pytest.fixture
def newcomer(world: World) -> UUID:
    return world.user("newcomer", limited=True)


def test_a_newcomer_has_shown_an_address_of_mail_and_nothing_else(
    world: World, newcomer: UUID
) -> None:
    assert (tier(world, newcomer), flags(world, newcomer)) == (0, set())


def test_the_tier_follows_from_the_flags(world: World, newcomer: UUID) -> None:
    seen = [tier(world, newcomer)]
    for flag in FLAGS:
        answer = operator_says(world, newcomer, "verify", flag=flag)
        seen.append(answer["verification_tier"])
    assert seen == [0, 1, 1, 1, 2]
    assert set(answer["flags"]) == flags(world, newcomer) == set(FLAGS)
    assert operator_says(world, newcomer, "revoke", flag="address")["verification_tier"] == 1
    assert operator_says(world, newcomer, "revoke", flag="phone")["verification_tier"] == 0
    assert flags(world, newcomer) == {"id_document", "biometric"}


def test_a_granted_tier_goes_before_the_flags_until_it_is_withdrawn(
    world: World, newcomer: UUID
) -> None:
    operator_says(world, newcomer, "verify", flag="phone")
    for granted in (3, 0):
        answer = operator_says(world, newcomer, "grant_tier", tier=granted)
        assert (answer["verification_tier"], answer["granted_tier"]) == (granted, granted)
    operator_says(world, newcomer, "verify", flag="address")
    assert tier(world, newcomer) == 0
    answer = operator_says(world, newcomer, "withdraw_tier")
    assert (answer["verification_tier"], answer["granted_tier"]) == (1, None)


def test_a_tier_that_asks_for_less_takes_people_in(world: World, newcomer: UUID) -> None:
    operator_says(world, newcomer, "verify", flag="phone")
    world.run("update public.verification_tiers set required_flags = '{phone}' where id = 2")
    assert tier(world, newcomer) == 2
    # Also whoever comes later.
    world.run("update public.verification_tiers set required_flags = '{}' where id = 1")
    assert tier(world, world.user(limited=True)) == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"change": "verify", "flag": None}, "bad_verification"),
        ({"change": "revoke", "flag": "shoe_size"}, "bad_verification"),
        ({"change": "grant_tier", "tier": None}, "bad_verification"),
        ({"change": "grant_tier", "tier": 4}, "bad_verification"),
        ({"change": "promote", "flag": "phone"}, "bad_verification"),
        ({"change": "verify", "flag": "phone", "reason": ""}, "reason_required"),
        ({"change": "verify", "flag": "phone", "party_id": uuid4()}, "profile_not_found"),
        ({"change": "verify", "flag": "phone", "aal": "aal1"}, "step_up_required"),
        ({"change": "verify", "flag": "phone", "actor_id": uuid4()}, "operator_only"),
    ],
)
def test_a_wrong_command_changes_nothing(
    world: World, newcomer: UUID, fields: dict[str, object], code: str
) -> None:
    with refused(world.connection, code):
        operator_says(world, newcomer, **fields)  # type: ignore[arg-type]
    assert (tier(world, newcomer), flags(world, newcomer)) == (0, set())


def test_security_an_operator_does_not_verify_themselves(world: World) -> None:
    for change in ({"change": "verify", "flag": "phone"}, {"change": "grant_tier", "tier": 3}):
        with refused(world.connection, "not_your_move"):
            operator_says(world, world.operator, **change)


def test_law_05_a_repeated_command_is_done_once(world: World, newcomer: UUID) -> None:
    answers = [
        operator_says(world, newcomer, "verify", flag="phone", idempotency_key="same")
        for _ in range(2)
    ]
    assert [each.pop("replayed") for each in answers] == [False, True]
    assert answers[0] == answers[1]
    assert world.one(
        "select count(*) from public.profile_verifications where party_id = %s", newcomer
    ) == 1  # fmt: skip


_WRITES: tuple[LiteralString, ...] = (
    "update public.profiles set phone_verified = true where id = %s",
    "update public.profiles set granted_tier = 3, verification_tier = 3 where id = %s",
    "update public.profiles set verification_tier = 3 where id = %s",
    "insert into public.profile_verifications (party_id, change, flag, source) "
    "values (%s, 'verify', 'phone', 'operator')",
    "update public.verification_tiers set required_flags = '{}' where %s::uuid is not null",
    "insert into public.webhook_events (provider, event_id) values ('verification', %s)",
)


@pytest.mark.parametrize("write", _WRITES)
@pytest.mark.parametrize("role", API_ROLES)
def test_security_nobody_verifies_themselves_through_any_role(
    world: World, newcomer: UUID, role: LiteralString, write: LiteralString
) -> None:
    with refused(world.connection, "42501"):
        as_role(world.connection, role, sub=str(newcomer), aal="aal2")
        world.run(write, newcomer)
    as_owner(world.connection)
    assert (tier(world, newcomer), flags(world, newcomer)) == (0, set())


@pytest.mark.parametrize("write", _WRITES[:3])
def test_security_flags_without_their_history_are_refused_to_the_owner_too(
    world: World, newcomer: UUID, write: LiteralString
) -> None:
    with refused(world.connection, "verification_is_history"):
        world.run(write, newcomer)


def test_security_the_commands_are_not_for_people(world: World, newcomer: UUID) -> None:
    for function in ("profile_verify", "verification_event"):
        with refused(world.connection, "42501"):
            as_user(world.connection, newcomer, aal="aal2")
            world.run(f"select service.{function}('{{}}')")
    as_owner(world.connection)


def test_law_10_the_history_only_grows(world: World) -> None:
    person(world, 1)
    for change in (
        "update public.profile_verifications set source = 'provider'",
        "delete from public.profile_verifications",
        "truncate public.profile_verifications",
    ):
        with refused(world.connection, "append_only"):
            world.run(change)


def test_a_change_is_audited_with_who_and_why_and_told(world: World, newcomer: UUID) -> None:
    operator_says(world, newcomer, "verify", flag="phone")
    audited = world.rows(
        "select table_name, actor_id, reason, after ->> 'verification_tier' "
        "from public.audit_log where action <> 'delete' and "
        "(row_id = %s and action = 'update' or after ->> 'party_id' = %s) order by table_name",
        str(newcomer), str(newcomer),
    )  # fmt: skip
    assert audited == [
        ("profile_verifications", world.operator, "seen at the desk", None),
        ("profiles", world.operator, "seen at the desk", "1"),
    ]
    assert world.rows(
        "select event, sequence, parties, payload from private.outbox where object_id = %s",
        newcomer,
    ) == [(
        "profile.verification_changed", 1, [newcomer],
        {"change": "verify", "flag": "phone", "tier": 1, "source": "operator"},
    )]  # fmt: skip


def test_a_person_reads_the_own_history_without_the_staff_in_it(world: World) -> None:
    first, second = person(world, 1), person(world, 1)
    as_user(world.connection, first)
    seen = world.rows("select party_id, change, flag::text from public.profile_verifications")
    assert seen == [(first, "verify", "phone")]
    as_owner(world.connection)
    assert tier(world, second) == 1
    (logged,) = world.rows(
        "select l.actor_id, l.reason from public.audit_log as l "
        "where l.table_name = 'profile_verifications' and l.after ->> 'party_id' = %s", str(first),
    )  # fmt: skip
    assert logged[0] == world.operator
    assert logged[1]


def test_the_provider_verifies_and_revokes(world: World, newcomer: UUID) -> None:
    assert provider_says(world, newcomer, "approved", "phone") == "applied"
    assert tier(world, newcomer) == 1
    assert provider_says(world, newcomer, "rejected", "address") == "noted"
    assert flags(world, newcomer) == {"phone"}
    assert provider_says(world, newcomer, "revoked", "phone") == "applied"
    assert flags(world, newcomer) == set()
    assert world.rows(
        "select source, provider, provider_reference from public.profile_verifications "
        "where party_id = %s and change = 'verify'", newcomer,
    ) == [("provider", "verification", "check-1")]  # fmt: skip


def test_law_05_an_event_that_comes_again_does_nothing(world: World, newcomer: UUID) -> None:
    event = provider_command(world, newcomer)
    assert world.call("verification_event", event) == {"outcome": "applied"}
    operator_says(world, newcomer, "revoke", flag="phone")
    assert world.call("verification_event", event) == {"outcome": "repeated"}
    # The id counts, not what stands beside it.
    assert world.call("verification_event", event | {"flag": "address"}) == {"outcome": "repeated"}
    assert flags(world, newcomer) == set()


def test_an_event_that_was_overtaken_does_not_undo_a_later_decision(
    world: World, newcomer: UUID
) -> None:
    late = provider_command(world, newcomer)
    world.advance(minutes=1)
    operator_says(world, newcomer, "revoke", flag="phone")
    assert world.call("verification_event", late) == {"outcome": "applied"}
    assert flags(world, newcomer) == set()
    # And a clock that is ahead does not win for ever.
    provider_says(world, newcomer, occurred_at="2099-01-01T00:00:00Z")
    assert flags(world, newcomer) == {"phone"}
    world.advance(minutes=1)
    operator_says(world, newcomer, "revoke", flag="phone")
    assert flags(world, newcomer) == set()


def test_events_about_nobody_and_of_unknown_types_are_kept(world: World, newcomer: UUID) -> None:
    assert provider_says(world, uuid4()) == "unmatched"
    assert provider_says(world, newcomer, "expired_soon") == "noted"
    about_nobody: dict[str, Any] = {"party_id": None, "flag": None}
    ping = provider_command(world, newcomer, "ping") | about_nobody
    assert world.call("verification_event", ping) == {"outcome": "noted"}
    assert world.rows(
        "select type, outcome from public.webhook_events order by type"
    ) == [("verification.approved", "unmatched"), ("verification.expired_soon", "noted"),
          ("verification.ping", "noted")]  # fmt: skip
    assert flags(world, newcomer) == set()


@pytest.mark.parametrize(
    "fields",
    [{"flag": None}, {"party_id": None}, {"occurred_at": None}, {"occurred_at": "-infinity"}],
)
def test_an_event_with_half_of_it_missing_is_refused(
    world: World, newcomer: UUID, fields: dict[str, object]
) -> None:
    with refused(
        world.connection, "bad_type" if "-infinity" in fields.values() else "bad_verification"
    ):
        provider_says(world, newcomer, **fields)  # type: ignore[arg-type]
    assert world.rows("select from public.webhook_events") == []
