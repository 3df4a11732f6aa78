"""Who may sign up: the hook that Auth asks before it makes a person."""

from typing import Any

import pytest

from tests.world.accounts import hook, losses
from tests.world.world import World


def _asked(world: World, email: Any = "ann@example.com", name: Any = "Ann") -> Any:
    user = {"email": email, "user_metadata": {"display_name": name}, "role": ""}
    return hook(world.connection, "sign_up", {"user": user, "metadata": {}})


@pytest.mark.parametrize("email", ["ann@example.com", "", None, "ann@notmailinator.com", "ann"])
def test_others_sign_up(world: World, email: Any) -> None:
    assert _asked(world, email) == {}


@pytest.mark.parametrize(
    "email",
    ["a@mailinator.com", "A@MAILINATOR.COM", "a@eu.mailinator.com", "a@mailinator.com.",
     '"a@b"@yopmail.com'],
)  # fmt: skip
def test_a_blocked_domain_does_not(world: World, email: str) -> None:
    error = _asked(world, email)["error"]
    assert error["http_code"] == 422
    assert "domain" in error["message"]


def test_what_is_blocked_is_a_row(world: World) -> None:
    assert _asked(world, "ann@spam.example") == {}
    world.run("insert into private.blocked_email_domains values ('spam.example', 'complaints')")
    assert "error" in _asked(world, "ann@spam.example")
    world.run("delete from private.blocked_email_domains where domain = 'mailinator.com'")
    assert _asked(world, "ann@mailinator.com") == {}


@pytest.mark.parametrize("name", ["Support", "Holdfast Team", "\u0430dmin", "s u p p o r t"])
def test_a_reserved_name_does_not(world: World, name: str) -> None:
    error = _asked(world, name=name)["error"]
    assert (error["http_code"], "name" in error["message"]) == (422, True)


@pytest.mark.parametrize("name", [None, "", "Ann", 7, {"a": "b"}])
def test_any_other_name_does(world: World, name: Any) -> None:
    assert _asked(world, name=name) == {}


def test_a_hook_that_fails_inside_stops_nobody(world: World) -> None:
    world.run("drop table private.blocked_email_domains")
    assert _asked(world, "ann@mailinator.com") == {}
    assert losses(world.connection) == [("before_user_created", "42P01")]
    nonsense: tuple[Any, ...] = (None, [], "x", {"user": 1})
    for odd in nonsense:
        assert hook(world.connection, "sign_up", odd) == {}
