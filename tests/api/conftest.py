"""Fixtures: people on the stack of the test file, and all its data to compare."""

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from stack.stack import Stack
from tests.world.bad_input.catalog import Catalog
from tests.world.bad_input.fingerprint import Fingerprint
from tests.world.world import World


@pytest.fixture(scope="module")
def world(stack: Stack) -> Iterator[World]:
    """People whose right commands are committed."""
    with psycopg.connect(stack.db_url, autocommit=True) as connection:
        with connection.transaction():
            made = World(connection)
        yield made


@pytest.fixture(scope="module")
def fingerprint(stack: Stack) -> Iterator[Fingerprint]:
    with psycopg.connect(stack.admin_url, autocommit=True) as connection:
        yield Fingerprint(connection)


@pytest.fixture(scope="module")
def catalog(stack: Stack) -> Iterator[Catalog]:
    with psycopg.connect(stack.db_url, autocommit=True) as connection:
        yield Catalog(connection)


@pytest.fixture(scope="module")
def http(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, timeout=30) as client:
        yield client
