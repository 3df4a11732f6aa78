"""The pages of an account, as a person uses them: a real browser, no script, real mail."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from stack.stack import Stack
from tests.pages.person import PASSWORD, Person

NEW_PASSWORD = "another long password"


def test_a_person_signs_up_and_in_and_out(person: Person) -> None:
    person.open("/account")
    assert (person.title, person.path) == ("Sign in", "/account/sign-in")
    person.is_accessible()
    person.page.get_by_role("link", name="I have no account yet").click()
    person.fill(email=person.email, password=PASSWORD)
    person.press("Sign up")
    person.is_accessible()
    person.fill(code="000000")
    person.press("Continue")
    assert person.refusal == "This code is not right, or too old."
    person.press("Send the message again")
    person.fill(code=person.mailed_code())
    person.press("Continue")
    assert (person.title, person.path) == ("Account", "/account")
    assert person.email in person.page.content()
    person.is_accessible()
    person.press("Sign out")
    assert person.news == "You are signed out."
    person.open("/account")
    assert person.title == "Sign in"
    person.sign_in("not the password")
    assert person.refusal == "The e-mail address or the password is not right."
    assert person.page.locator("input[name=email]").input_value() == person.email
    person.is_accessible()
    person.sign_in()
    assert person.title == "Account"


def test_a_link_of_a_message_does_nothing_before_a_person_says_so(person: Person) -> None:
    person.open("/account/sign-up")
    person.fill(email=person.email, password=PASSWORD)
    person.press("Sign up")
    link = person.mailed_link()
    assert urlsplit(link).path == "/account/confirm"
    for _ in range(3):
        person.open(link)
    person.is_accessible()
    person.press("Continue")
    assert person.title == "Account"
    person.open(link)
    person.press("Continue")
    assert person.refusal == "This link is too old, or was used before."


def test_who_has_an_account_is_not_told_by_sign_up_nor_by_recovery(
    person: Person, stack: Stack, browser: Browser
) -> None:
    person.sign_up()
    said = []
    with Person.arrived(stack, browser) as stranger:
        for email in (person.email, "nobody@pages.test"):
            for path, button in (("sign-up", "Sign up"), ("recover", "Send me a code")):
                stranger.open(f"/account/{path}")
                stranger.fill(email=email)
                if path == "sign-up":
                    stranger.fill(password=PASSWORD)
                stranger.press(button)
                said.append((path, _without_tokens(stranger.page.content(), email)))
    assert said[0] == said[2]
    assert said[1] == said[3]


def _without_tokens(html: str, email: str) -> str:
    return re.sub(r'value="[^"]*"', "", html).replace(email, "EMAIL")


def test_a_lost_password_is_recovered_and_ends_the_other_sessions(
    person: Person, stack: Stack, browser: Browser
) -> None:
    person.sign_up()
    with Person.arrived(stack, browser) as thief:
        thief.email = person.email
        thief.sign_in()
        assert thief.title == "Account"
        person.press("Sign out")
        person.open("/account/recover")
        person.is_accessible()
        person.fill(email=person.email)
        person.press("Send me a code")
        person.fill(code=person.mailed_code())
        person.press("Continue")
        assert person.title == "Change password"
        person.is_accessible()
        person.fill(password="short")
        person.press("Change password")
        assert person.refusal.startswith("This password is too easy to guess.")
        person.fill(password=PASSWORD)
        person.press("Change password")
        assert person.refusal == "This is your password already. Choose another one."
        person.fill(password=NEW_PASSWORD)
        person.press("Change password")
        assert person.news == "Your password was changed."
        assert "Password changed" in person.page.content()
        # What only reads goes on until the token ends; what the page asks of Auth does not.
        thief.open("/account/factors")
        assert thief.title == "Sign in"


def test_a_second_factor_is_added_asked_for_and_lost(person: Person) -> None:
    person.sign_up()
    person.open("/account/factors")
    assert "You have no second factor yet." in person.page.content()
    person.is_accessible()
    person.fill(name="Phone")
    person.press("Add an authenticator app")
    person.is_accessible()
    assert person.page.locator("svg.qr path").count() >= 1
    person.prove_factor()
    person.press("Make new codes")
    codes = person.page.locator("ol.codes li").all_inner_texts()
    assert len(codes) == len(set(codes)) == 10
    person.is_accessible()
    person.page.get_by_role("link", name="I have written them down").click()
    person.open("/account")
    assert "Signed in with a second factor" in person.page.content()
    assert "New recovery codes made" in person.page.content()
    person.press("Sign out")
    person.sign_in()
    assert person.title == "Show your second factor"
    person.is_accessible()
    person.fill(code=person.code())
    person.press("Continue")
    # The code of another session: whoever looked over the shoulder has it, too.
    assert person.title == "Show your second factor"
    assert person.refusal.startswith("A code was just used for another sign-in.")
    person.wait_for_next_code()
    person.fill(code="000000")
    person.press("Continue")
    assert person.refusal == "This code is not right, or too old."
    person.fill(code=person.code())
    person.press("Continue")
    assert person.title == "Account"
    person.press("Sign out")
    person.sign_in()
    # A page that wants the second factor leads there; without it one is still signed in.
    person.open("/account/factors")
    person.press("Remove Phone")
    assert person.title == "Show your second factor"
    person.wait_for_next_code()
    person.fill(code=person.code())
    person.press("Continue")
    assert (person.title, person.path) == ("Second factor", "/account/factors")
    person.open("/account")
    person.press("Sign out")
    person.sign_in()
    person.fill(recovery_code="AAAAA-AAAAA-AAAAA-AAAAA-AAAAA")
    person.press("Use a recovery code")
    assert person.refusal == "This is no unused recovery code of yours."
    person.fill(recovery_code=codes[0].lower())
    person.press("Use a recovery code")
    assert person.news == "Your second factors were removed. Add a new one now."
    assert person.page.get_by_role("button", name="Remove Phone").count() == 0


def test_a_second_device_within_ninety_seconds_waits_and_nobody_is_signed_out(
    person: Person, stack: Stack, browser: Browser
) -> None:
    person.sign_up()
    person.add_factor()
    with Person.arrived(stack, browser) as again:
        again.email, again.secret = person.email, person.secret
        again.sign_in()
        for _ in range(2):
            again.fill(code=again.code())
            again.press("Continue")
            assert again.refusal.startswith("A code was just used for another sign-in.")
        again.is_accessible()
        person.open("/account/factors")
        assert person.title == "Second factor"
        again.wait_for_next_code()
        again.fill(code=again.code())
        again.press("Continue")
        assert again.title == "Account"
    person.open("/account/factors")
    assert person.title == "Second factor"


def test_sessions_and_devices_are_ended_by_their_owner(
    person: Person, stack: Stack, browser: Browser
) -> None:
    person.sign_up()
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1"
    with Person.arrived(stack, browser, user_agent=agent) as phone:
        phone.email = person.email
        phone.sign_in()
        person.open("/account/sessions")
        assert person.page.locator("ul.cards").first.locator("li").count() == 2
        person.is_accessible()
        # Auth keeps the program of the person, not ours.
        assert "Safari on iOS" in person.page.content()
        person.press("End all other sessions")
        assert person.news == "The session has ended."
        assert person.page.locator("ul.cards").first.locator("li").count() == 1
        phone.open("/account/factors")
        assert phone.title == "Sign in"
        box = person.page.locator("li", has_text="Safari on iOS").last
        box.get_by_label("Name").fill("My phone")
        box.get_by_role("button", name="Save the name of Safari on iOS").click()
        assert "My phone" in person.page.content()
        person.page.get_by_role("button", name="Remove My phone").click()
        assert person.title == "Sessions"
    assert "Signed in from a new device" in _home(person)


def _home(person: Person) -> str:
    person.open("/account")
    return person.page.content()


@pytest.mark.parametrize("place", ["https://evil.test/", "//evil.test", "/\\evil.test", "evil"])
def test_signing_in_leads_to_no_other_site(person: Person, place: str) -> None:
    person.sign_up()
    person.press("Sign out")
    person.open(f"/account/sign-in?next={place}")
    person.fill(email=person.email, password=PASSWORD)
    person.press("Sign in")
    assert person.path == "/account"


def test_pages_that_load_at_once_renew_the_session_and_none_ends_it(
    stack: Stack, browser: Browser
) -> None:
    stack.mailbox()
    with (
        # So short that each page renews it.
        stack.auth.changed(token_seconds=50),
        Person.arrived(stack, browser, java_script_enabled=True) as person,
    ):
        person.sign_up()
        for _ in range(3):
            before = _tokens(stack, person)
            tabs: Any = [person.context.new_page() for _ in range(5)]
            for tab in tabs:
                tab.evaluate("url => { window.location = url }", f"{stack.url}/account/factors")
            for tab in tabs:
                tab.wait_for_url("**/account/**")
                assert tab.locator("h1").inner_text() == "Second factor"
                tab.close()
            assert _tokens(stack, person) > before
        person.open("/account/factors")
        assert person.title == "Second factor"


def _tokens(stack: Stack, person: Person) -> int:
    """How many refresh tokens the sessions of somebody have had."""
    with stack.connect("supabase_auth_admin") as connection:
        found = connection.execute(
            "select count(*) from auth.refresh_tokens as t join auth.users as u"
            " on u.id::text = t.user_id where u.email = %s",
            [person.email],
        ).fetchone()
    return int((found or (0,))[0])
