"""Fixtures of the tests of pages: one browser, and people in it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from stack.stack import Stack
from tests.pages.browser import opened
from tests.pages.person import Person


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with opened() as running:
        yield running


@pytest.fixture
def person(stack: Stack, browser: Browser) -> Iterator[Person]:
    """Somebody without an account, with a browser that runs no script."""
    stack.mailbox()
    # The first message waits for its function to start, on a machine that is busy.
    stack.auth.hook_budget = 60
    with Person.arrived(stack, browser) as somebody:
        yield somebody
