"""One connection for the tests of many files, rolled back after each; and a world in it."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from stack.cluster import Cluster
from stack.shared import cloned
from tests.world.lone_operators import let_operators_act_alone
from tests.world.world import World


class _RolledBack(psycopg.Connection[TupleRow]):
    """What one test has committed, others would find: that needs a database of its own."""

    staffed = False

    def commit(self) -> None:
        if self.staffed:
            pytest.fail("to commit, mark the file: pytestmark = pytest.mark.commits")
        super().commit()


@pytest.fixture(scope="session")
def rolled_back() -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection to a database of all files that commit nothing: it is made once, and
    so are the plans of commands and the staff."""
    with cloned() as database:
        let_operators_act_alone(database)
        with _RolledBack.connect(database.url("postgres")) as connection:
            World(connection)
            connection.commit()
            connection.staffed = True
            yield connection
            connection.rollback()
            connection.staffed = False


@pytest.fixture(scope="module")
def committing(database: Cluster) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection to the database of this file."""
    with psycopg.connect(database.url("postgres")) as connection:
        World(connection)
        connection.commit()
        yield connection


@pytest.fixture(scope="module")
def owner(request: pytest.FixtureRequest) -> psycopg.Connection[Any]:
    """The owner's connection; what a file commits on it needs pytest.mark.commits."""
    kept = "committing" if request.node.get_closest_marker("commits") else "rolled_back"
    connection: psycopg.Connection[Any] = request.getfixturevalue(kept)
    return connection


@pytest.fixture
def db(owner: psycopg.Connection[Any]) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the owner, in a transaction that is rolled back."""
    # Inside an open transaction every `with db.transaction()` is a savepoint.
    owner.execute("select 1")
    yield owner
    owner.rollback()


@pytest.fixture
def world(db: psycopg.Connection[Any]) -> World:
    """An empty world: the operator and the arbiters of the database, nobody else."""
    return World(db)
