"""Sign-in by somebody who vouches for a person: OAuth with PKCE, by Supabase's clients, and by
hand."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from stack.stand_ins.auth.stand_in import trusted
from stack.stand_ins.google import Google
from stack.stand_ins.openid import Account
from supabase import ClientOptions, create_client
from tests.api.auth.door import BEFORE, PASSWORD, Door, refuses, said
from tests.api.auth.providers import browse, code, come, exchange, place, rows


@pytest.fixture(scope="module")
def page(door: Door) -> Iterator[Google]:
    with Google() as google, door.stack.auth.changed(providers={"google": trusted(google)}):
        yield google


def test_supabase_js_signs_in(door: Door, page: Google) -> None:
    page.person = Account("g-js", "js@google.test")
    script = Path(__file__).with_name("oauth.mjs")
    ran = subprocess.run(
        ["node", str(script), door.stack.url, door.stack.anon_key, place(door)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found.pop("again")
    assert found == {
        "error": None, "email": "js@google.test", "providers": ["google"],
        "provider_token": True, "amr": "oauth",
    }  # fmt: skip


def test_supabase_py_signs_in(door: Door, page: Google) -> None:
    page.person = Account("g-py", "py@google.test", "Pia")
    client = create_client(
        door.stack.url,
        door.stack.anon_key,
        ClientOptions(flow_type="pkce", auto_refresh_token=False),
    )
    asked = client.auth.sign_in_with_oauth(
        {"provider": "google", "options": {"redirect_to": place(door)}}
    )
    brought = browse(door, asked.url)["code"][0]
    session = client.auth.exchange_code_for_session({"auth_code": brought})
    assert session.user
    assert session.user.user_metadata["full_name"] == "Pia"
    (identity,) = session.user.identities or []
    assert (identity.provider, identity.id) == ("google", "g-py")
    kept = rows(door, "select provider, provider_id, email from auth.identities "
                       "where user_id::text = %s", session.user.id)  # fmt: skip
    assert kept == [("google", "g-py", "py@google.test")]
    # The same person again is the same user, and a new session.
    again = exchange(door, code(door)).json()
    assert again["user"]["id"] == session.user.id


def test_a_code_is_good_once_and_for_its_verifier(door: Door, page: Google) -> None:
    page.person = Account("g-once", "once@google.test")
    once = code(door)
    assert said(exchange(door, once, "w" * 64)) == (
        400, "bad_code_verifier",
        "code challenge does not match previously saved code verifier",
    )  # fmt: skip
    assert exchange(door, once).status_code == 200
    gone = (404, "flow_state_not_found", "invalid flow state, no valid flow state found")
    assert said(exchange(door, once)) == gone
    assert said(exchange(door, "never")) == gone
    assert said(exchange(door, ""))[:2] == (400, "validation_failed")
    late = code(door)
    rows(door, "update auth.flow_state set auth_code_issued_at = now() - interval '6 minutes' "
                "where auth_code = %s returning id", late)  # fmt: skip
    assert said(exchange(door, late))[:2] == (422, "flow_state_expired")


def test_a_code_of_a_page_that_nobody_came_back_from_is_none(door: Door, page: Google) -> None:
    page.person = None
    assert come(door)["error"] == ["access_denied"]
    (unused,) = rows(door, "select auth_code from auth.flow_state order by created_at desc limit 1")
    assert said(exchange(door, unused[0]))[1] == "flow_state_not_found"
    lied = door.http.get("/callback", params={"code": "x", "state": "no.state.ofours"})
    assert said(lied)[:2] == (400, "bad_oauth_state")
    for query, why in (
        ({"provider": "nobody"}, "validation_failed"), ({"code_challenge": ""}, "validation_failed")
    ):  # fmt: skip
        asked = {"provider": "google", "code_challenge": "x", "code_challenge_method": "s256"}
        refused = door.http.get("/authorize", params=asked | query)
        assert said(refused)[:2] == (400, why)


def test_the_providers_answer_is_used_once(door: Door, page: Google) -> None:
    page.person = Account("g-replay", "replay@google.test")
    at = f"{door.http.base_url}authorize?" + str(httpx.QueryParams({
        "provider": "google", "redirect_to": place(door), "code_challenge": "x",
        "code_challenge_method": "plain",
    }))  # fmt: skip
    for _ in range(2):
        at = httpx.get(at).headers["location"]
    first, again = httpx.get(at), httpx.get(at)
    assert "code=" in first.headers["location"]
    assert "error_code=unexpected_failure" in again.headers["location"]


def test_a_proved_address_links_and_an_unproved_one_loses_its_password(
    door: Door, page: Google
) -> None:
    proved = door.sign_up()
    email = proved["user"]["email"]
    page.person = Account("g-linked", email)
    linked = exchange(door, code(door)).json()["user"]
    assert linked["id"] == proved["user"]["id"]
    assert linked["app_metadata"] == {"provider": "email", "providers": ["email", "google"]}
    assert {each["provider"] for each in linked["identities"]} == {"email", "google"}
    assert door.sign_in(proved).status_code == 200
    # Somebody waits with an address that is not theirs.
    taken = door.new_email()
    door.post("/signup", {"email": taken, "password": PASSWORD})
    page.person = Account("g-owner", taken)
    owner = exchange(door, code(door)).json()["user"]
    assert [each["provider"] for each in owner["identities"]] == ["google"]
    assert door.sign_in({"user": {"email": taken}}).status_code == 400
    # Whom Google does not vouch for gets no account of anybody.
    page.person = Account("g-other", email, is_verified=False)
    told = come(door)
    assert told["error_code"] == ["provider_email_needs_verification"]


def test_the_hook_is_asked_before_a_new_person(door: Door, page: Google) -> None:
    page.person = Account("g-hook", "hooked@google.test")
    with door.asks(BEFORE, answer=refuses("Not from this domain.")):
        told = come(door)
    assert told["error_description"] == ["Not from this domain."]
    (event,) = door.events()
    assert event["user"]["app_metadata"] == {"provider": "google", "providers": ["google"]}
    assert rows(door, "select from auth.users where email = 'hooked@google.test'") == []
