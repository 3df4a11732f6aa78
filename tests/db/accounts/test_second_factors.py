"""Codes of a second factor: five wrong ones, and a code that another session has shown."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.world.accounts import (
    attempt,
    code,
    enrol,
    events,
    guess,
    hook,
    losses,
    sign_in,
    verified,
)
from tests.world.world import World

CONTINUE = {"decision": "continue"}


def _try(world: World, user: UUID, factor: UUID, valid: bool = True) -> str:
    answer = hook(world.connection, "mfa", code(user, factor, valid))
    return str(answer.get("decision"))


def test_after_five_wrong_codes_a_right_one_is_rejected(world: World) -> None:
    user = world.user()
    factor = enrol(world.connection, user)
    assert [_try(world, user, factor, False) for _ in range(6)] == ["continue"] * 5 + ["reject"]
    assert _try(world, user, factor) == "reject"
    # The password is another matter.
    assert guess(world.connection, user, valid=True) == ["continue"]
    world.advance(minutes=16)
    assert _try(world, user, factor) == "continue"
    assert events(world.connection, user) == [
        "factor_added", "account_locked", "sign_in_after_failures"
    ]  # fmt: skip


def test_a_code_is_good_for_one_session(world: World) -> None:
    user = world.user()
    factor = enrol(world.connection, user)
    first = sign_in(world.connection, user)
    assert _try(world, user, factor) == "continue"
    verified(world.connection, first, world.now())
    # The same session once more: a step-up, or a client that repeats.
    world.advance(seconds=20)
    assert _try(world, user, factor) == "continue"
    verified(world.connection, first, world.now())
    sign_in(world.connection, user)
    assert _try(world, user, factor) == "reject"
    world.advance(seconds=91)
    assert _try(world, user, factor) == "continue"


def test_of_two_sessions_at_once_the_second_ends(world: World) -> None:
    """Both asked before either had shown its code, and Auth took both."""
    user = world.user()
    factor = enrol(world.connection, user)
    first, second = sign_in(world.connection, user), sign_in(world.connection, user)
    begin = "select service.second_factor_begin(%s, %s, %s)"
    for session in (first, second):
        assert world.one(begin, user, factor, session) == {}
    decided = []
    for session in (first, second):
        verified(world.connection, session, world.now())
        decided.append(world.one(
            "select service.second_factor_record(%s, %s, true, '', %s, %s)",
            user, factor, uuid4(), session,
        )["decision"])  # fmt: skip
    assert decided == ["continue", "reject"]
    left = world.rows("select id from auth.sessions where user_id = %s", user)
    assert left == [(first,)]


def test_another_factor_has_codes_of_its_own(world: World) -> None:
    user = world.user()
    factor, other = enrol(world.connection, user), enrol(world.connection, user)
    first = sign_in(world.connection, user)
    assert _try(world, user, factor) == "continue"
    verified(world.connection, first, world.now())
    sign_in(world.connection, user)
    assert _try(world, user, other) == "continue"


@pytest.mark.parametrize(
    "changes", [{"user_id": "x"}, {"valid": None}, {"metadata": {}}, {"factor_id": None}]
)
def test_a_hook_that_cannot_read_what_it_gets_refuses(world: World, changes: Any) -> None:
    event = code(world.user(), uuid4(), True) | changes
    before = len(losses(world.connection))
    answer = hook(world.connection, "mfa", event)
    assert answer["error"]["http_code"] == 500
    # A rejection would end every session of the person.
    assert "decision" not in answer
    ((where, _),) = losses(world.connection)[before:]
    assert where == "mfa_verification"


def test_without_its_table_no_code_is_good(world: World) -> None:
    user = world.user()
    factor = enrol(world.connection, user)
    assert _try(world, user, factor) == "continue"
    world.run("drop table public.login_attempts cascade")
    answer = hook(world.connection, "mfa", code(user, factor, True))
    assert answer["error"]["http_code"] == 500


def test_what_is_reported_twice_is_one_attempt(world: World) -> None:
    user, uuid = world.user(), uuid4()
    factor = enrol(world.connection, user)
    for _ in range(7):
        assert hook(world.connection, "mfa", code(user, factor, False, uuid=uuid)) == CONTINUE
    event = attempt(user, True, factor_id=str(factor), factor_type="phone")
    assert hook(world.connection, "mfa", event) == CONTINUE
