"""Escrows on outside rails, made beside the API: rails have no user."""

from collections.abc import Iterator
from contextlib import contextmanager

from stack.stack import Stack
from tests.world.world import World


@contextmanager
def behind(stack: Stack) -> Iterator[World]:
    """The database of the stack for one transaction."""
    with stack.connect() as connection, connection.transaction():
        yield World(connection, arbiters=0)
