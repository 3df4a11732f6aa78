"""Fixtures of the tests of Auth."""

from collections.abc import Iterator

import pytest

from stack.stack import Stack
from tests.api.auth.door import Door, prepare


@pytest.fixture(scope="module")
def door(stack: Stack) -> Iterator[Door]:
    """Auth, and functions that it may ask."""
    prepare(stack)
    made = Door(stack)
    with made.http:
        yield made
