"""Who belongs to a guild has said so: invitations, and what becomes of them."""

from uuid import UUID

import pytest

from stack.identity import as_owner, as_user
from tests.world.market import guild
from tests.world.refused import refused
from tests.world.world import World


@pytest.fixture
def keeper(world: World) -> UUID:
    return world.user("owner", limited=True)


@pytest.fixture
def made(world: World, keeper: UUID) -> UUID:
    return guild(world, keeper)


def invite(world: World, keeper: UUID, guild_id: UUID, person: UUID) -> None:
    as_user(world.connection, keeper)
    world.run(
        "insert into public.guild_invitations (guild_id, user_id) values (%s, %s)", guild_id, person
    )
    as_owner(world.connection)


def join(world: World, person: UUID, guild_id: UUID, role: str = "member") -> None:
    as_user(world.connection, person)
    world.run("insert into public.guild_members values (%s, %s, %s)", guild_id, person, role)
    as_owner(world.connection)


def members(world: World, guild_id: UUID) -> set[UUID]:
    rows = world.rows("select user_id from public.guild_members where guild_id = %s", guild_id)
    return {row[0] for row in rows}


def test_whoever_was_invited_may_join_once(world: World, keeper: UUID, made: UUID) -> None:
    person, other = world.user(), world.user()
    invite(world, keeper, made, person)
    with refused(world.connection, "42501"):
        join(world, other, made)
    for role in ("admin", "owner"):
        with refused(world.connection, "42501", "guild_role_refused"):
            join(world, person, made, role)
    join(world, person, made)
    assert members(world, made) == {keeper, person}
    assert world.one("select count(*) from public.guild_invitations") == 0


def test_nobody_writes_somebody_else_in(world: World, keeper: UUID, made: UUID) -> None:
    person = world.user()
    invite(world, keeper, made, person)
    with refused(world.connection, "42501"):
        as_user(world.connection, keeper)
        world.run("insert into public.guild_members values (%s, %s, 'member')", made, person)
    as_owner(world.connection)


def test_an_invitation_runs_out_and_is_forgotten(world: World, keeper: UUID, made: UUID) -> None:
    person = world.user()
    invite(world, keeper, made, person)
    world.advance(days=30, minutes=1)
    with refused(world.connection, "42501"):
        join(world, person, made)
    as_owner(world.connection)
    with world.acting("service_role"):
        world.run("select service.market_expire()")
    assert world.one("select count(*) from public.guild_invitations") == 0


def test_who_declines_is_not_asked_again_and_again(world: World, keeper: UUID, made: UUID) -> None:
    person = world.user(limited=True)
    for _ in range(2):
        invite(world, keeper, made, person)
        as_user(world.connection, person)
        assert world.run("delete from public.guild_invitations where guild_id = %s", made) == 1
        as_owner(world.connection)
    with refused(world.connection, "quota_exceeded"):
        invite(world, keeper, made, person)


def test_the_invited_person_is_told_and_nobody_else(world: World, keeper: UUID, made: UUID) -> None:
    person = world.user()
    invite(world, keeper, made, person)
    told = world.rows("select parties, object_id from private.outbox where event = 'guild.invite'")
    assert told == [([person], made)]


def test_a_member_or_somebody_who_keeps_away_is_not_invited(
    world: World, keeper: UUID, made: UUID
) -> None:
    person = world.user()
    with refused(world.connection, "member_already"):
        invite(world, keeper, made, keeper)
    world.run("insert into public.p2p_blocks values (%s, %s)", person, keeper)
    with refused(world.connection, "seller_unavailable"):
        invite(world, keeper, made, person)
