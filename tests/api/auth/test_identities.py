"""Further ways in: linked and taken off by Supabase's clients; and Telegram, which tells no
address."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from stack.stand_ins.auth.settings import Provider
from stack.stand_ins.auth.stand_in import trusted
from stack.stand_ins.google import Google
from stack.stand_ins.openid import Account
from stack.stand_ins.telegram import Telegram
from supabase import ClientOptions, create_client
from tests.api.auth.door import BEFORE, PASSWORD, Door, refuses, said
from tests.api.auth.providers import begun, browse, code, come, exchange, place, rows

TELEGRAM = "custom:telegram"


@pytest.fixture(scope="module")
def google(door: Door) -> Iterator[Google]:
    with Google() as served:
        yield served


@pytest.fixture(scope="module")
def telegram(door: Door, google: Google) -> Iterator[Telegram]:
    with Telegram() as served:
        providers = {each.known_as: trusted(each) for each in (google, served)}
        with door.stack.auth.changed(providers=providers, manual_linking=True):
            yield served


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def _link(door: Door, token: str, provider: str) -> dict[str, list[str]]:
    """Link by hand; what the browser brings back."""
    at = begun(door, "/user/identities/authorize", provider=provider, skip_http_redirect="true")
    return browse(door, httpx.get(at, headers=_bearer(token)).json()["url"])


def test_supabase_js_links_and_unlinks(door: Door, telegram: Telegram) -> None:
    telegram.person = Account("501")
    person = door.sign_up()
    script = Path(__file__).with_name("link.mjs")
    ran = subprocess.run(
        ["node", str(script), door.stack.url, door.stack.anon_key, place(door),
         person["user"]["email"], PASSWORD, TELEGRAM],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "last": "single_identity_not_deletable", "linked": ["email", TELEGRAM],
        "email": person["user"]["email"], "gone": None, "left": ["email"],
    }  # fmt: skip
    kinds = rows(
        door, "select kind, detail ->> 'provider' from public.security_events where party_id::text"
        " = %s and kind like 'identity%%' order by id", person["user"]["id"],
    )  # fmt: skip
    assert kinds == [("identity_linked", TELEGRAM), ("identity_unlinked", TELEGRAM)]


def test_supabase_py_links_and_unlinks(door: Door, google: Google, telegram: Telegram) -> None:
    google.person = Account("g-link", "other@google.test")
    person = door.sign_up()
    options = ClientOptions(flow_type="pkce", auto_refresh_token=False)
    client = create_client(door.stack.url, door.stack.anon_key, options)
    client.auth.sign_in_with_password({"email": person["user"]["email"], "password": PASSWORD})
    asked = client.auth.link_identity(
        {"provider": "google", "options": {"redirect_to": place(door)}}
    )
    brought = browse(door, asked.url)["code"][0]
    session = client.auth.exchange_code_for_session({"auth_code": brought})
    assert session.user
    # Another address of the same person: the account keeps its own.
    assert session.user.email == person["user"]["email"]
    found = client.auth.get_user_identities()
    assert found
    assert [each.provider for each in found.identities] == ["email", "google"]
    client.auth.unlink_identity(found.identities[1])
    left = client.auth.get_user_identities()
    assert left
    assert [each.provider for each in left.identities] == ["email"]


def test_telegram_signs_in_without_an_address(door: Door, telegram: Telegram) -> None:
    telegram.person = Account("502", name="Support of Holdfast")
    first = exchange(door, code(door, provider=TELEGRAM)).json()
    user = first["user"]
    assert (user["email"], user["is_anonymous"]) == ("", False)
    assert user["app_metadata"] == {"provider": TELEGRAM, "providers": [TELEGRAM]}
    # Its scope is openid: nothing else is told, and so nothing else kept.
    assert {"name", "picture", "preferred_username"}.isdisjoint(user["user_metadata"])
    again = exchange(door, code(door, provider=TELEGRAM)).json()
    assert again["user"]["id"] == user["id"]
    (named,) = rows(
        door, "select p.display_name from public.parties as p where p.id::text = %s", user["id"]
    )  # fmt: skip
    assert "Support" not in named[0]
    # The last way in stays.
    (only,) = user["identities"]
    refused = door.http.delete(
        f"/user/identities/{only['identity_id']}", headers=_bearer(first["access_token"])
    )
    assert said(refused)[:2] == (422, "single_identity_not_deletable")


def test_an_identity_is_one_persons(door: Door, telegram: Telegram) -> None:
    telegram.person = Account("503")
    owner, other = door.sign_up(), door.sign_up()
    assert "code" in _link(door, owner["access_token"], TELEGRAM)
    for person in (owner, other):
        told = _link(door, person["access_token"], TELEGRAM)
        assert told["error_code"] == ["identity_already_exists"]
    into = exchange(door, code(door, provider=TELEGRAM)).json()
    assert into["user"]["id"] == owner["user"]["id"]
    (mine,) = (each for each in into["user"]["identities"] if each["provider"] == TELEGRAM)
    theirs = door.http.delete(
        f"/user/identities/{mine['identity_id']}", headers=_bearer(other["access_token"])
    )
    assert said(theirs)[0] == 422
    with door.stack.auth.changed(manual_linking=False):
        closed = door.http.delete(
            f"/user/identities/{mine['identity_id']}", headers=_bearer(into["access_token"])
        )
        assert said(closed)[:2] == (404, "manual_linking_disabled")
        at = begun(door, "/user/identities/authorize", provider=TELEGRAM)
        asked = httpx.get(at, headers=_bearer(into["access_token"]))
        assert asked.status_code == 404
    # Without the identity of the address, the address goes.
    (by_email,) = (each for each in into["user"]["identities"] if each["provider"] == "email")
    gone = door.http.delete(
        f"/user/identities/{by_email['identity_id']}", headers=_bearer(into["access_token"])
    )
    assert gone.status_code == 200
    left = door.http.get("/user", headers=_bearer(into["access_token"])).json()
    assert (left["email"], left["app_metadata"]["providers"]) == ("", [TELEGRAM])


def test_who_is_banned_or_refused_does_not_come_in_by_telegram(
    door: Door, telegram: Telegram
) -> None:
    telegram.person = Account("504")
    user = exchange(door, code(door, provider=TELEGRAM)).json()["user"]
    rows(door, "update auth.users set banned_until = now() + interval '1 day' where id::text = %s"
               " returning id", user["id"])  # fmt: skip
    assert come(door, provider=TELEGRAM)["error_code"] == ["user_banned"]
    telegram.person = Account("505")
    with door.asks(BEFORE, answer=refuses("Not now.")):
        assert come(door, provider=TELEGRAM)["error_description"] == ["Not now."]
    assert rows(door, "select from auth.identities where provider_id = '505'") == []
    # Google without an address does not come in: its people have one.
    with door.stack.auth.changed(
        providers={"google": Provider(telegram.url, telegram.client_id, telegram.client_secret)}
    ):
        assert come(door)["error"] == ["server_error"]
