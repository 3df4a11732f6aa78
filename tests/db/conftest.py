"""One connection for all tests of a file, rolled back after each; and a world in it."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from stack.cluster import Cluster
from tests.world.world import World


@pytest.fixture(scope="module")
def owner(database: Cluster) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection, kept: plans of commands and the staff are made once."""
    with psycopg.connect(database.url("postgres")) as connection:
        World(connection)
        connection.commit()
        yield connection


@pytest.fixture
def db(owner: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the owner, in a transaction that is rolled back."""
    # Inside an open transaction every `with db.transaction()` is a savepoint.
    owner.execute("select 1")
    yield owner
    owner.rollback()


@pytest.fixture
def world(db: psycopg.Connection[Any]) -> World:
    """An empty world: the operator and the arbiters of the file, nobody else."""
    return World(db)
