"""Languages of the pages: none lacks a text, and each page is in the one that was chosen."""

import re
from string import Formatter
from typing import Any

import pytest
from playwright.sync_api import Browser

from stack.events import FAMILIES
from stack.paths import ROOT
from stack.stack import Stack
from tests.pages.person import Person
from web.language import LANGUAGES, language_of, texts

SOURCES = [
    *(ROOT / "web").rglob("*.html"),
    *(ROOT / "web").glob("*.py"),
    *(ROOT / "functions").glob("*/*pages.py"),
]
# Made of a name that comes from elsewhere.
MADE_UP = (
    "event.", "done.", "problem.", "refused.mfa_", "refused.too_many_", "identities.email",
    "identities.phone", "checkout.status.", "checkout.note.", "checkout.payment.",
    "checkout.refund.",
)  # fmt: skip


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_text_with_its_fields(language: str) -> None:
    english, other = texts("en"), texts(language)
    assert list(other) == list(english)
    for key, text in english.items():
        assert _fields(other[key]) == _fields(text), key
        assert other[key].strip() == other[key] != "", key


def test_languages_are_those_of_messages() -> None:
    found = {path.stem for path in (ROOT / "functions/mailer/texts").glob("[a-z]*.py")}
    assert found == set(LANGUAGES)


def test_every_text_is_used_and_every_text_that_is_used_exists() -> None:
    used = {
        key
        for path in SOURCES
        for key in re.findall(r"""["']((?:[a-z]\w*)\.(?:\w+))["']""", path.read_text())
        if key.partition(".")[0] in {known.partition(".")[0] for known in texts("en")}
    }
    used = {key for key in used if not key.endswith((".html", ".css", ".svg", ".js", ".py"))}
    assert used <= texts("en").keys()
    assert {key for key in texts("en") if not key.startswith(MADE_UP)} <= used


def test_what_happened_to_an_account_has_words() -> None:
    (account,) = (each for each in FAMILIES if each.name == "account")
    assert {f"event.{name}" for name in account.events} <= texts("en").keys()


@pytest.mark.parametrize(
    ("chosen", "accepts", "language"),
    [
        (("", ""), "", "en"),
        (("", ""), "de-CH,de;q=0.9,en;q=0.8", "de"),
        (("", ""), "xx,fr;q=0.3,sw;q=0.7", "sw"),
        (("", "ar"), "de", "ar"),
        (("id", "ar"), "de", "id"),
        (("xx", "../en"), "*;q=0.5, nonsense;q=z, es", "es"),
        (("", ""), ";;;,=,q", "en"),
    ],
)
def test_what_was_chosen_comes_before_what_the_browser_prefers(
    chosen: tuple[str, ...], accepts: str, language: str
) -> None:
    assert language_of(*chosen, accepts=accepts) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_good_in_every_language(stack: Stack, browser: Browser, language: str) -> None:
    with Person.arrived(stack, browser, locale=language) as person:
        person.open("/account/sign-in")
        html: Any = person.page.locator("html")
        assert html.get_attribute("lang") == language
        assert html.get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert person.title == texts(language)["sign_in.title"]
        person.is_accessible()
        other = "sw" if language == "en" else "en"
        person.page.locator(f"footer a[lang={other}]").click()
        person.open("/account/sign-up")
        assert person.title == texts(other)["sign_up.title"]
