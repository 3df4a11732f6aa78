"""Reading as somebody, inside a transaction of the owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString
from uuid import UUID

from stack.identity import as_owner, as_role, as_user
from tests.world.world import World


@contextmanager
def seeing(world: World, user: UUID | None) -> Iterator[World]:
    """Read as a person, or as nobody."""
    if user:
        as_user(world.connection, user)
    else:
        as_role(world.connection, "anon")
    yield world
    as_owner(world.connection)


def count(world: World, user: UUID | None, query: LiteralString, *values: Any) -> int:
    with seeing(world, user):
        found: int = world.one("select count(*) from (" + query + ") as seen", *values)
    return found
