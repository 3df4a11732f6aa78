"""A crowd of connections to one Postgres, and a market of its own for each test."""

from collections.abc import Iterator

import pytest

from stack.cluster import Cluster
from tests.world.races.crowd import Crowd
from tests.world.races.market import Market

CROWD = 12


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
