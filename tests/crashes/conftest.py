"""Fixtures: stacks that may be crashed, one of which keeps what it has acknowledged."""

from collections.abc import Iterator

import pytest

from stack.processes import exit_on_sigterm
from stack.stack import Stack
from tests.world.lone_operators import let_operators_act_alone


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """A stack with a cluster of its own."""
    exit_on_sigterm()
    with Stack.start() as running:
        yield running


@pytest.fixture(scope="module")
def durable() -> Iterator[Stack]:
    """A stack whose commits wait for the disk, as in production."""
    exit_on_sigterm()
    with Stack.start(durable=True) as running:
        let_operators_act_alone(running.cluster)
        yield running
