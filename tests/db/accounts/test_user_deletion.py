"""Auth's hard delete of a user: nobody about whom something was written goes by it."""

from collections.abc import Callable
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.world.accounts import attempt, guess, hook, sign_in
from tests.world.world import World


def _signed_up(world: World) -> UUID:
    """Somebody new, as Auth makes them, with an identity and without a session."""
    user = uuid4()
    world.run(
        "insert into auth.users (id, aud, role, email, raw_user_meta_data) values (%s,"
        " 'authenticated', 'authenticated', %s, '{\"display_name\": \"Ann\"}')",
        user, f"{user}@example.com",
    )  # fmt: skip
    world.run(
        "insert into auth.identities (provider_id, user_id, identity_data, provider)"
        " values (%s, %s, '{}', 'email')", str(user), user,
    )  # fmt: skip
    return user


def _delete(world: World, user: UUID) -> None:
    with world.connection.transaction():
        world.run("delete from auth.users where id = %s", user)


def _left(world: World, user: UUID) -> tuple[int, ...]:
    return tuple(
        world.one(f"select count(*) from {table} where {column} = %s", user)
        for table, column in (
            ("auth.users", "id"), ("auth.identities", "user_id"), ("public.profiles", "id"),
            ("public.parties", "id"), ("private.personal_salts", "party_id"),
        )
    )  # fmt: skip


def test_who_never_did_anything_goes_with_party_and_profile(world: World) -> None:
    user = _signed_up(world)
    assert _left(world, user) == (1, 1, 1, 1, 1)
    _delete(world, user)
    assert _left(world, user) == (0, 0, 0, 0, 0)
    # Nobody is told of it who is no more, and that it was done is kept.
    told = "select count(*) from public.security_events where party_id = %s"
    assert world.one(told, user) == 0
    kept = "select count(*) from public.audit_log where row_id = %s::text and action = 'delete'"
    assert world.one(kept, user) == 2


def _signs_in(world: World, user: UUID) -> None:
    sign_in(world.connection, user)


def _is_guessed_at(world: World, user: UUID) -> None:
    guess(world.connection, user)


def _fails_a_code(world: World, user: UUID) -> None:
    said = attempt(user, False, factor_id=str(uuid4()), factor_type="totp")
    hook(world.connection, "mfa", said)


def _owns(world: World, user: UUID) -> None:
    world.run(
        "insert into public.party_members (party_id, user_id, role) values (%s, %s, 'viewer')",
        user, user,
    )  # fmt: skip


def _has_a_wallet(world: World, user: UUID) -> None:
    world.run(
        "insert into public.wallets (party_id, currency)"
        " select %s, c.code from public.currencies as c limit 1", user,
    )  # fmt: skip


def _is_named(world: World, user: UUID) -> None:
    world.run("update auth.users set email = 'new@example.com' where id = %s", user)


@pytest.mark.parametrize(
    "does", [_signs_in, _is_guessed_at, _fails_a_code, _owns, _has_a_wallet, _is_named]
)
def test_whoever_left_a_trace_stays_whole(
    world: World, does: Callable[[World, UUID], None]
) -> None:
    user = _signed_up(world)
    does(world, user)
    before = _left(world, user)
    with pytest.raises(psycopg.Error) as refused:
        _delete(world, user)
    code = refused.value.diag.message_primary
    assert refused.value.sqlstate == "23503" or code == "user_has_history", refused.value
    assert _left(world, user) == before
