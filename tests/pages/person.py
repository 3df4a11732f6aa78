"""Somebody who uses our pages in a browser without scripts."""

import contextlib
import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from stack.mailbox import Sent
from stack.stack import Stack
from stack.stand_ins.auth import totp
from tests.pages.browser import faults

PASSWORD = "a long and good password"
_numbers = count(1)


class Person:
    """A person: a page, what was typed, and the mail that came."""

    def __init__(self, stack: Stack, context: BrowserContext) -> None:
        self.stack = stack
        self.context = context
        self.page: Page = context.new_page()
        self.email = f"person{next(_numbers)}@pages.test"
        self.secret = ""
        self.page.set_default_timeout(60_000)

    @classmethod
    @contextlib.contextmanager
    def arrived(cls, stack: Stack, browser: Browser, **options: Any) -> Iterator["Person"]:
        """In a window of their own; options: of the browser's context."""
        given = {"java_script_enabled": False, "locale": "en-GB", **options}
        context = browser.new_context(base_url=stack.url, **given)
        try:
            yield cls(stack, context)
        finally:
            context.close()

    def open(self, path: str) -> Any:
        """Go to a page; its answer."""
        return self.page.goto(path)

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"input[name={name}]:not([type=hidden])").first.fill(value)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()

    @property
    def title(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def refusal(self) -> str:
        return self.page.get_by_role("alert").inner_text()

    @property
    def news(self) -> str:
        return self.page.get_by_role("status").inner_text()

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.stack.url).partition("?")[0]

    def mail(self) -> Sent:
        """The last message to this person."""
        return [each for each in self.stack.mailbox().sent() if each.to == self.email][-1]

    def mailed_code(self) -> str:
        found = re.search(r"\b\d{6}\b", self.mail().text)
        assert found, self.mail().text
        return found[0]

    def mailed_link(self) -> str:
        found = re.search(r"https?://\S+", self.mail().text)
        assert found, self.mail().text
        return found[0]

    def sign_up(self) -> None:
        """Through the pages, up to the own account."""
        self.open("/account/sign-up")
        self.fill(email=self.email, password=PASSWORD)
        self.press("Sign up")
        self.fill(code=self.mailed_code())
        self.press("Continue")
        assert self.title == "Account"

    def sign_in(self, password: str = PASSWORD) -> None:
        self.open("/account/sign-in")
        self.fill(email=self.email, password=password)
        self.press("Sign in")

    def add_factor(self) -> None:
        """An authenticator app, by the key that the page shows."""
        self.open("/account/factors")
        self.fill(name="Phone")
        self.press("Add an authenticator app")
        self.prove_factor()

    def prove_factor(self) -> None:
        """Read the key of the page that shows it, and type the first code."""
        self.secret = "".join(self.page.locator("code.secret").inner_text().split())
        self.fill(code=self.code())
        self.press("Add it")
        assert self.news == "The authenticator app was added."

    def code(self) -> str:
        """What the authenticator app shows."""
        return totp.code(self.secret)

    def wait_for_next_code(self) -> None:
        """Two minutes later: each code is good for one session."""
        self.stack.clock.advance(minutes=2)

    def is_accessible(self) -> None:
        """Judge the page that is shown; scripts are off for the page, and not for the judge."""
        found = faults(self.page)
        assert not found, f"{self.page.url}: {found}"
