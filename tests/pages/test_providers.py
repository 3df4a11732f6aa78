"""Signing in on the pages by somebody who vouches, and further ways in."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser

from stack.stack import Stack
from stack.stand_ins.google import Google
from stack.stand_ins.openid import Account
from stack.stand_ins.telegram import Telegram
from tests.pages.person import Person

REFUSED = "Signing in this way did not work. Try again, or sign in another way."
AWAY = "holdfast-away"


@pytest.fixture(scope="module")
def vouchers(stack: Stack) -> Iterator[tuple[Google, Telegram]]:
    yield stack.vouchers()
    stack.configure(HOLDFAST_SIGN_IN_PROVIDERS="")


@pytest.fixture
def google(vouchers: tuple[Google, Telegram]) -> Google:
    return vouchers[0]


@pytest.fixture
def telegram(vouchers: tuple[Google, Telegram]) -> Telegram:
    return vouchers[1]


@pytest.fixture
def window(stack: Stack) -> Iterator[httpx.Client]:
    """A browser that shows each step."""
    with httpx.Client(base_url=stack.url, timeout=60) as http:
        yield http


def _step(window: httpx.Client, at: str) -> str:
    answer = window.get(at)
    assert answer.is_redirect, answer.text
    return answer.headers["location"]


def _back(window: httpx.Client, path: str) -> str:
    """Leave by a path; the address at which the browser comes back."""
    at = _step(window, path)
    for _ in range(3):
        at = _step(window, at)
    return at


def test_a_person_comes_in_by_google_and_adds_telegram(
    person: Person, google: Google, telegram: Telegram, stack: Stack, browser: Browser
) -> None:
    google.person = Account("g-pages", person.email, "Support")
    person.open("/account/sign-in?next=/account/sessions")
    person.is_accessible()
    person.page.get_by_role("link", name="Continue with Google").click()
    assert (person.title, person.path) == ("Sessions", "/account/sessions")
    # One more way in needs the second factor.
    person.open("/account/identities")
    person.is_accessible()
    person.press("Add Telegram")
    assert person.title == "Show your second factor"
    person.add_factor()
    person.open("/account/identities")
    with stack.auth.changed(manual_linking=False):
        person.press("Add Telegram")
        assert person.refusal == "Adding further ways in is switched off here."
    telegram.person = None
    person.press("Add Telegram")
    person.is_accessible()
    person.page.get_by_role("link", name="Continue with Telegram").click()
    assert person.refusal == REFUSED
    telegram.person = Account("9001")
    person.press("Add Telegram")
    person.page.get_by_role("link", name="Continue with Telegram").click()
    assert person.news == "From now on you can sign in with it."
    # The session of the second level is still the one.
    person.open("/account")
    assert "Signed in with a second factor" in person.page.content()
    assert "Another way to sign in added" in person.page.content()
    with Person.arrived(stack, browser) as again:
        again.open("/account/sign-in")
        again.page.get_by_role("link", name="Continue with Telegram").click()
        assert again.title == "Show your second factor"
        again.open("/account/identities")
        again.press("Remove Google")
        assert again.title == "Show your second factor"
    person.open("/account/identities")
    person.press("Remove Google")
    assert person.news == "It no longer signs you in."
    assert person.page.get_by_role("button", name="Remove Telegram").count() == 0
    # Somebody with a form of before: the last one stays.
    form = person.page.locator("form[action='/account/identities']").first
    hidden = {
        name: form.locator(f"input[name={name}]").get_attribute("value") or ""
        for name in ("form_token", "form_id")
    }
    with stack.connect() as connection:
        (last,) = connection.execute(
            "select id::text from auth.identities where provider_id = '9001'"
        ).fetchall()
    answer = person.context.request.post(
        "/account/identities/remove", form={**hidden, "identity_id": last[0]}
    )
    assert (answer.status, "your only way in" in answer.text()) == (422, True)


def test_a_code_is_of_the_browser_that_left(
    window: httpx.Client, google: Google, stack: Stack
) -> None:
    google.person = Account("g-window", "window@pages.test")
    back = _back(window, "/account/sign-in/google?next=https://evil.test/x")
    # Somebody else's code, by a link: nobody becomes somebody else by it.
    with httpx.Client(base_url=stack.url, timeout=60) as other:
        assert (other.get(back).status_code, "holdfast-access" in other.cookies) == (422, False)
        other.get("/account/sign-in/google")
        assert AWAY in other.cookies
        assert (other.get(back).status_code, "holdfast-access" in other.cookies) == (422, False)
        assert AWAY not in other.cookies
    entered = window.get(back)
    # No other host is the page to come.
    assert (entered.status_code, entered.headers["location"]) == (303, "/account")
    assert "holdfast-access" in window.cookies
    assert AWAY not in window.cookies
    again = window.get(back)
    assert (again.status_code, REFUSED in again.text) == (422, True)


@pytest.mark.parametrize("kept", ["", "x", "~in~", "v~out~", "v~link~", "%~in~%"])
def test_what_a_browser_claims_to_have_kept_is_no_sign_in(
    window: httpx.Client, google: Google, kept: str
) -> None:
    google.person = Account("g-claims", "claims@pages.test")
    back = _back(window, "/account/sign-in/google")
    window.cookies.clear()
    answer = window.get(back, headers={"Cookie": f"{AWAY}={kept}"})
    assert (answer.status_code, REFUSED in answer.text) == (422, True)
    assert "holdfast-access" not in window.cookies


def test_who_is_refused_comes_back_to_the_sign_in(window: httpx.Client, google: Google) -> None:
    google.person = None
    answer = window.get(_back(window, "/account/sign-in/google"))
    assert (answer.status_code, REFUSED in answer.text) == (422, True)
    google.person = Account("g-unproved", "unproved@pages.test", is_verified=False)
    answer = window.get(_back(window, "/account/sign-in/google"))
    assert (answer.status_code, REFUSED in answer.text) == (422, True)
    google.person = Account("g-late", "late@pages.test")
    at = urlsplit(_back(window, "/account/sign-in/google"))
    assert parse_qs(at.query).keys() == {"code"}
    for path in ("/account/callback", "/account/callback?code=", "/account/callback?code=%00"):
        answer = window.get(path)
        assert answer.status_code == 422, path


def test_only_who_is_named_vouches(window: httpx.Client, google: Google, stack: Stack) -> None:
    assert window.get("/account/sign-in/github").status_code == 404
    secret = window.get("/account/sign-in/google").headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Max-Age=600"):
        assert part in secret
    stack.configure(HOLDFAST_SIGN_IN_PROVIDERS="")
    try:
        assert window.get("/account/sign-in/google").status_code == 404
        assert "Google" not in window.get("/account/sign-in").text
    finally:
        stack.configure(HOLDFAST_SIGN_IN_PROVIDERS="google custom:telegram")
