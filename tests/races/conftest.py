"""One Postgres, a crowd of connections to it, and a market of its own for each test."""

from collections.abc import Iterator

import pytest

from stack.cluster import Cluster
from stack.operators import let_operators_act_alone
from stack.processes import exit_on_sigterm
from stack.shared import cloned
from tests.races.crowd import Crowd
from tests.races.market import Market

CROWD = 12


@pytest.fixture(scope="module")
def database() -> Iterator[Cluster]:
    """A Postgres with migrations, policies and seed, whose clock may be moved."""
    exit_on_sigterm()
    with cloned() as database:
        let_operators_act_alone(database)
        yield database


@pytest.fixture(scope="module")
def crowd(database: Cluster) -> Iterator[Crowd]:
    made = Crowd(database, CROWD)
    yield made
    made.close()


@pytest.fixture
def market(database: Cluster) -> Iterator[Market]:
    made = Market(database)
    yield made
    made.close()
