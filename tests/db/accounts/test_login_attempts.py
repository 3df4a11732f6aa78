"""Guessing passwords: an account is locked, who guesses does not learn it, nobody else waits."""

from typing import Any
from uuid import uuid4

import pytest

from stack.identity import as_owner, as_user
from tests.world.accounts import attempt, code, enrol, events, guess, hook, losses
from tests.world.world import World

REFUSED = {
    "decision": "reject",
    "message": "Invalid login credentials",
    "should_logout_user": False,
}


def _token(world: World, user: Any, method: str) -> Any:
    event = {"user_id": str(user), "claims": {"sub": str(user)}, "authentication_method": method}
    return hook(world.connection, "token", event)


def test_five_wrong_ones_lock_for_a_minute_right_and_wrong_alike(world: World) -> None:
    user, other = world.user(), world.user()
    assert guess(world.connection, user, 5) == ["continue"] * 5
    for valid in (True, False):
        assert hook(world.connection, "password", attempt(user, valid)) == REFUSED
    assert guess(world.connection, other, valid=True) == ["continue"]
    world.advance(seconds=61)
    assert guess(world.connection, user, valid=True) == ["continue"]
    assert events(world.connection, user) == ["account_locked", "sign_in_after_failures"]


def test_the_longer_it_goes_on_the_longer_it_is_locked(world: World) -> None:
    user = world.user()
    waits = []
    last = world.now()
    for number in range(1, 26):
        while guess(world.connection, user) == ["reject"]:
            world.advance(seconds=20)
        if number > 5:
            waits.append(round((world.now() - last).total_seconds() / 60))
        last = world.now()
    # After the tenth within a quarter of an hour, and after the twentieth of a day.
    assert waits == [1] * 5 + [15] + [0] * 4 + [1] * 5 + [60] * 5
    (told,) = world.rows(
        "select payload ->> 'method', payload ->> 'found' from private.outbox "
        "where event = 'account.account_locked' and parties = array[%s::uuid]", user
    )  # fmt: skip
    assert told == ("password", "20")


def test_attempts_that_were_refused_do_not_lock_for_longer(world: World) -> None:
    user = world.user()
    guess(world.connection, user, 5)
    world.advance(seconds=50)
    assert guess(world.connection, user, 30) == ["reject"] * 30
    world.advance(seconds=11)
    assert guess(world.connection, user, valid=True) == ["continue"]


def test_what_is_reported_twice_is_one_attempt(world: World) -> None:
    user, uuid = world.user(), uuid4()
    for _ in range(9):
        answer = hook(world.connection, "password", attempt(user, False, uuid=uuid))
        assert answer == {"decision": "continue"}
    assert guess(world.connection, user, 5) == ["continue"] * 4 + ["reject"]
    assert world.one("select count(*) from public.login_attempts where user_id = %s", user) == 6


def test_without_the_hook_of_passwords_no_token_is_given_while_locked(world: World) -> None:
    user = world.user()
    given = {"claims": {"sub": str(user)}}
    assert _token(world, user, "password") == given
    guess(world.connection, user, 5)
    refused = _token(world, user, "password")
    assert refused == {"error": {"http_code": 400, "message": "Invalid login credentials"}}
    # Who is signed in stays so, and a lost password is recovered.
    for method in ("token_refresh", "recovery", "totp", "oauth"):
        assert _token(world, user, method) == given
    world.advance(seconds=61)
    assert _token(world, user, "password") == given


def test_without_its_hook_a_locked_second_factor_gives_no_token(world: World) -> None:
    user = world.user()
    factor = enrol(world.connection, user)
    for _ in range(5):
        hook(world.connection, "mfa", code(user, factor, False))
    refused = {"error": {"http_code": 400, "message": "Invalid TOTP code entered"}}
    given = {"claims": {"sub": str(user)}}
    for method in ("totp", "mfa/phone"):
        assert _token(world, user, method) == refused, method
    for method in ("password", "token_refresh"):
        assert _token(world, user, method) == given, method


@pytest.mark.parametrize(
    "event",
    [None, {}, [], "x", {"user_id": "nobody"}, {"user_id": str(uuid4())},
     {"user_id": str(uuid4()), "valid": "perhaps", "metadata": {"uuid": str(uuid4())}}],
)  # fmt: skip
def test_a_hook_that_cannot_read_what_it_gets_locks_nobody_out(world: World, event: Any) -> None:
    before = len(losses(world.connection))
    assert hook(world.connection, "password", event) == {"decision": "continue"}
    (lost,) = losses(world.connection)[before:]
    assert lost[0] == "password_verification"
    assert "claims" in hook(world.connection, "token", event)


@pytest.mark.parametrize("address", [None, "", "not an address", "::1", "10.0.0.1"])
def test_any_address_is_kept_as_far_as_it_is_one(world: World, address: str | None) -> None:
    user = world.user()
    assert hook(world.connection, "password", attempt(user, False, address=address)) == {
        "decision": "continue"
    }
    kept = world.one("select host(address) from public.login_attempts where user_id = %s", user)
    assert kept == (address if address in ("::1", "10.0.0.1") else None)


@pytest.mark.parametrize("gone", ["public.login_attempts", "private.lockout_rules"])
def test_without_its_tables_everybody_still_signs_in(world: World, gone: str) -> None:
    user = world.user()
    world.connection.execute(f"drop table {gone} cascade".encode())
    assert guess(world.connection, user, 6) == ["continue"] * 6
    assert _token(world, user, "password") == {"claims": {"sub": str(user)}}
    assert {state for _, state in losses(world.connection)} == {"42P01"}
    told = "select count(*) from private.outbox where event = 'security.hook_lost'"
    assert world.one(told) == 1
    # Not even the note of it can be kept.
    world.run("drop table public.security_events cascade")
    assert guess(world.connection, user) == ["continue"]


def test_own_attempts_are_read_and_operators_see_who_guesses(world: World) -> None:
    user, other = world.user(), world.user()
    guess(world.connection, user, 5)
    spray = [world.user() for _ in range(20)]
    for each in spray:
        hook(world.connection, "password", attempt(each, False, address="203.0.113.9"))
    hook(world.connection, "password", {})

    def seen(who: Any) -> list[Any]:
        as_user(world.connection, who)
        counts = [
            world.one(query)
            for query in (
                "select count(*) from public.login_attempts",
                "select coalesce(sum(failures), 0)::integer from public.failed_logins",
                "select count(*) from public.lockouts",
                "select count(*) from public.password_sprays",
                "select count(*) from public.hook_losses",
                "select count(*) from public.security_events where kind = 'account_locked'",
            )
        ]
        as_owner(world.connection)
        return counts

    assert seen(user) == [5, 5, 1, 0, 0, 1]
    assert seen(other) == [0, 0, 0, 0, 0, 0]
    assert seen(world.operator) == [25, 25, 1, 1, 1, 1]


def test_operators_are_told_of_a_spray_once_an_hour(world: World) -> None:
    def told() -> list[Any]:
        return world.rows(
            "select payload ->> 'address', payload ->> 'accounts' from private.outbox "
            "where event = 'security.password_spray' and parties = array[private.platform_party()] "
            "order by id"
        )

    def unknown(number: int) -> None:
        world.run(
            "select service.sign_in_record(%s, %s, false, %s, %s, null)",
            f"{number}@nobody.test", f"{number:064x}", spray, uuid4(),
        )  # fmt: skip

    spray, quiet = "203.0.113.10", "203.0.113.11"
    for number in range(12):
        hook(world.connection, "password", attempt(world.user(), False, address=spray))
        hook(world.connection, "password", attempt(uuid4(), False, address=quiet))
        # One account tried often is no spray, nor are right passwords.
        hook(world.connection, "password", attempt(uuid4(), True, address=quiet))
        if number < 7:
            unknown(number)
            unknown(number)
    assert told() == []
    for number in range(7, 12):
        unknown(number)
    assert told() == [(spray, "20")]
    world.advance(minutes=61)
    for number in range(21):
        unknown(number)
    assert told() == [(spray, "20")] * 2
    (seen,) = world.rows("select accounts from public.password_sprays where address = %s "
                         "order by since desc limit 1", spray)  # fmt: skip
    assert seen == (21,)
    # Nobody but operators reads of it.
    as_user(world.connection, world.user())
    assert world.rows("select from public.security_events where kind = 'password_spray'") == []
