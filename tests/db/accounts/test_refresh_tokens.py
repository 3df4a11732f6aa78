"""Refresh tokens as their owner sees them, and an operator who says why: never the token itself."""

from typing import LiteralString
from uuid import UUID

from stack.identity import as_owner, as_user
from tests.world.accounts import sign_in
from tests.world.world import World

_SEEN: LiteralString = (
    "select session_id, is_revoked, revoked_at is not null, has_parent "
    "from public.refresh_tokens order by id"
)


def _renewed(world: World, user: UUID) -> UUID:
    """A session that was renewed once: two tokens, the first one used."""
    session = sign_in(world.connection, user)
    for token, parent, revoked in (("first", None, True), ("second", "first", False)):
        world.run(
            "insert into auth.refresh_tokens (token, parent, revoked, user_id, session_id, "
            "created_at, updated_at) values (%s, %s, %s, %s, %s, now(), now())",
            f"{token}-{session}", parent, revoked, str(user), session,
        )  # fmt: skip
    return session


def _seen(world: World, who: UUID, *, aal: str = "aal1") -> list[tuple[object, ...]]:
    as_user(world.connection, who, aal=aal)
    found = world.rows(_SEEN)
    as_owner(world.connection)
    return found


def test_the_owner_sees_what_became_of_each_token(world: World) -> None:
    user, other = world.user(), world.user()
    session, _ = _renewed(world, user), _renewed(world, other)
    assert _seen(world, user) == [(session, True, True, False), (session, False, False, True)]
    # Nobody else, not even who acts for the person.
    colleague = world.user()
    world.join(user, colleague, "owner")
    assert _seen(world, colleague) == []
    # The token is in no column.
    as_user(world.connection, user)
    assert "first-" not in str(
        world.rows("select to_jsonb(t)::text from public.refresh_tokens as t")
    )
    as_owner(world.connection)
    # They go with the session.
    world.run("delete from auth.sessions where id = %s", session)
    assert _seen(world, user) == []


def test_an_operator_sees_those_of_an_open_file(world: World) -> None:
    user = world.user()
    session = _renewed(world, user)
    assert _seen(world, world.operator, aal="aal2") == []
    world.command("party_open_file", party_id=user, reason="asks who renewed the session",
                  actor_id=world.operator, aal="aal2")  # fmt: skip
    assert [row[0] for row in _seen(world, world.operator, aal="aal2")] == [session] * 2
    assert _seen(world, world.operator) == []
    world.advance(minutes=15)
    assert _seen(world, world.operator, aal="aal2") == []
