"""Fixtures: a stack that keeps what it has acknowledged."""

from collections.abc import Iterator

import pytest

from tests.stack.processes import exit_on_sigterm
from tests.stack.stack import Stack


@pytest.fixture(scope="module")
def durable() -> Iterator[Stack]:
    """A stack whose commits wait for the disk, as in production."""
    exit_on_sigterm()
    with Stack.start(durable=True) as running:
        yield running
