"""The inbox of providers' events only grows, and forgets after 60 days."""

from typing import LiteralString

import pytest

from tests.world.refused import refused
from tests.world.verifications import provider_says
from tests.world.world import World


def _kept(world: World) -> int:
    count: int = world.one("select count(*) from public.webhook_events")
    return count


@pytest.mark.parametrize(
    "change",
    ["update public.webhook_events set body = 'other'",
     "update public.webhook_events set outcome = 'noted'",
     "delete from public.webhook_events", "truncate public.webhook_events"],
)  # fmt: skip
def test_law_10_not_even_the_owner_changes_it(world: World, change: LiteralString) -> None:
    provider_says(world, world.user(limited=True))
    world.advance(days=59)
    with refused(world.connection, "append_only"):
        world.run(change)


def test_housekeeping_forgets_what_is_old(world: World) -> None:
    person = world.user(limited=True)
    provider_says(world, person)
    world.advance(days=59)
    provider_says(world, person, "revoked")
    for days, left in ((0, 2), (2, 1), (60, 0)):
        world.advance(days=days)
        with world.acting("service_role"):
            world.run("select service.housekeeping()")
        assert _kept(world) == left
    assert world.one(
        "select count(*) from public.profile_verifications where party_id = %s", person
    ) == 2  # fmt: skip


def test_what_is_old_is_forgotten_and_never_changed(world: World) -> None:
    provider_says(world, world.user(limited=True))
    world.advance(days=61)
    with refused(world.connection, "append_only"):
        world.run("update public.webhook_events set body = 'other'")
    with refused(world.connection, "append_only"):
        world.run("truncate public.webhook_events")
