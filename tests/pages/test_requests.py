"""What the functions of pages answer to requests that no page of ours would make."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from stack.people import email_of, password_of
from stack.stack import NOWHERE, Stack
from stack.user import add
from web.render import address

SIGN_IN = "/account/sign-in"
PAULA = {"email": email_of("paula"), "password": password_of("paula")}


class Browser:
    """As little of a browser as a request needs: cookies, and the tokens of the last form."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.http = httpx.Client(base_url=stack.url, timeout=60)
        self.hidden: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._seen(self.http.get(path, headers=headers))

    def post(self, path: str, fields: dict[str, str], **headers: str) -> httpx.Response:
        return self._seen(self.http.post(path, data={**self.hidden, **fields}, headers=headers))

    def sign_in(self) -> httpx.Response:
        self.get(SIGN_IN)
        answer = self.post(SIGN_IN, PAULA)
        assert answer.status_code == 303, answer.text
        return answer

    def _seen(self, answer: httpx.Response) -> httpx.Response:
        found = dict(re.findall(r'name="(form_\w+)" value="([^"]*)"', answer.text))
        self.hidden = found or self.hidden
        return answer


@pytest.fixture(scope="module", autouse=True)
def paula(stack: Stack) -> None:
    add(stack.url, stack.anon_key, stack.service_key, "paula")


@pytest.fixture
def browser(stack: Stack) -> Iterator[Browser]:
    made = Browser(stack)
    with made.http:
        yield made


def test_a_form_of_another_site_does_nothing(browser: Browser, stack: Stack) -> None:
    other = Browser(stack)
    other.get(SIGN_IN)
    browser.get(SIGN_IN)
    ours = dict(browser.hidden)
    wrong: list[tuple[dict[str, str], dict[str, str]]] = [
        ({"form_token": ""}, {}),
        ({"form_token": other.hidden["form_token"]}, {}),
        ({"form_token": "é" * 20}, {}),
        (ours, {"Origin": "https://evil.test"}),
        (ours, {"Origin": "null"}),
    ]
    for fields, headers in wrong:
        answer = browser.post(SIGN_IN, {**PAULA, **fields}, **headers)
        assert (answer.status_code, "form_expired" in answer.text) == (403, True), (fields, headers)
        assert "holdfast-access" not in browser.http.cookies
    browser.http.cookies.delete("holdfast-form")
    assert browser.post(SIGN_IN, {**PAULA, **ours}).status_code == 403
    assert other.post(SIGN_IN, PAULA, Origin=stack.url).status_code == 303
    other.http.close()


def test_who_signs_in_or_out_has_forms_of_their_own(browser: Browser) -> None:
    browser.get(SIGN_IN)
    before = browser.hidden["form_token"]
    browser.sign_in()
    assert browser.post("/account/sign-out", {"form_token": before}).status_code == 403
    browser.get("/account")
    within = browser.hidden["form_token"]
    assert browser.post("/account/sign-out", {}).status_code == 303
    assert browser.get("/account").status_code == 303
    assert browser.post(SIGN_IN, {**PAULA, "form_token": within}).status_code == 403


def test_a_page_runs_no_script_and_is_kept_nowhere(browser: Browser) -> None:
    browser.sign_in()
    paths = ("/account", SIGN_IN, "/account/nothing", "/account/sessions")
    for answer in (*map(browser.get, paths), browser.post("/account/factors/remove", {})):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["x-request-id"]
        for inline in ("<script", "<style", " style=", " onclick"):
            assert inline not in answer.text


def test_no_script_and_no_other_host_sees_a_cookie(stack: Stack, browser: Browser) -> None:
    answer = browser.sign_in()
    for each in answer.headers.get_list("set-cookie"):
        assert "; HttpOnly" in each
        assert "; SameSite=Lax" in each
        assert "; Path=/;" in each
        assert "Domain" not in each
    try:
        stack.configure(HOLDFAST_PAGES_URL="https://pages.example.com")
        secure = browser.get(SIGN_IN).headers.get_list("set-cookie")
    finally:
        stack.configure(HOLDFAST_PAGES_URL=stack.url)
    assert secure
    for each in secure:
        assert each.startswith("__Host-")
        assert "; Secure" in each


def test_a_form_that_is_sent_twice_acts_once(browser: Browser) -> None:
    browser.sign_in()
    page = browser.get("/account/sessions").text
    device = re.search(r'name="device_id" value="([^"]*)"', page)
    assert device
    form = {"device_id": device[1], "name": "First"}
    first = browser.post("/account/devices/name", form)
    second = browser.post("/account/devices/name", form)
    assert (first.status_code, second.status_code) == (303, 303)
    other = browser.post("/account/devices/name", {**form, "name": "Second"})
    assert (other.status_code, "idempotency_key_reused" in other.text) == (409, True)
    assert "First" in browser.get("/account/sessions").text


BAD: list[tuple[str, dict[str, Any], int]] = [
    ("/account/factors/remove", {"data": {"factor_id": "../admin/users"}}, 422),
    ("/account/factors/remove", {"data": {}}, 422),
    ("/account/sessions/revoke", {"data": {"session_id": "no id"}}, 422),
    ("/account/devices/name", {"data": {"device_id": "1", "name": "x"}}, 422),
    ("/account/sign-in", {"data": {"email": "a"}}, 422),
    ("/account/confirm", {"data": {"type": "email_change"}}, 422),
    ("/account/nothing", {"data": {}}, 404),
]


@pytest.mark.parametrize(("path", "sent", "status"), BAD)
def test_a_bad_form_is_refused_with_a_page(
    browser: Browser, path: str, sent: dict[str, Any], status: int
) -> None:
    browser.sign_in()
    browser.get("/account")
    answer = browser.post(path, sent["data"])
    assert answer.status_code == status
    assert "<h1>" in answer.text


def test_a_body_that_is_no_form_is_refused_with_a_page(browser: Browser) -> None:
    browser.get(SIGN_IN)
    http, form = browser.http, {"content-type": "application/x-www-form-urlencoded"}
    token = browser.hidden["form_token"]
    for body, headers, status in (
        ('{"a": 1}', {"content-type": "application/json"}, 415),
        ("a=" + "x" * 70_000, form, 413),
        (b"\xff=\xfe", form, 400),
        (f"form_token={token}&form_token={token}", form, 400),
        ("&".join(f"a{each}=1" for each in range(60)), form, 400),
        ("", form, 403),
    ):
        answer = http.post(SIGN_IN, content=body, headers=headers)
        assert (answer.status_code, "<h1>" in answer.text) == (status, True), body[:40]


def test_what_a_person_typed_is_never_html(browser: Browser) -> None:
    browser.get(SIGN_IN)
    words = '"><script>alert(1)</script>'
    answer = browser.post(SIGN_IN, {"email": words, "password": "x", "next": words})
    assert answer.status_code == 422
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "<script" not in browser.get(f"{SIGN_IN}?next={words}&lang={words}&done={words}").text


@pytest.mark.parametrize("token", ["", "a.b.c", "x", "e30.e30.e30", "é"])
def test_a_cookie_that_is_no_session_is_nobody(browser: Browser, token: str) -> None:
    cookie = f"holdfast-access={token}; holdfast-refresh={token}".encode()
    answer = browser.http.get("/account/sessions", headers={b"cookie": cookie})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{SIGN_IN}?next=%2Faccount%2Fsessions"


def test_who_sends_a_form_without_a_session_comes_back_to_its_page(browser: Browser) -> None:
    browser.get(SIGN_IN)
    for referer, place in (
        (f"{browser.stack.url}/account/factors?lang=en", "/account/factors"),
        ("https://evil.test/account/factors", "/account"),
        (f"{browser.stack.url}//evil.test", "/account"),
        ("", "/account"),
    ):
        form = {"factor_id": str(uuid4())}
        answer = browser.post("/account/factors/remove", form, Referer=referer)
        assert answer.headers["location"] == f"{SIGN_IN}?next={quote(place, safe='')}"


def test_while_auth_is_away_nobody_is_signed_out(browser: Browser, stack: Stack) -> None:
    with stack.auth.changed(token_seconds=1):
        browser.sign_in()
    kept = dict(browser.http.cookies)
    try:
        stack.configure(HOLDFAST_AUTH_URL=NOWHERE)
        away = browser.get("/account")
    finally:
        stack.configure(HOLDFAST_AUTH_URL=f"{stack.url}/auth/v1")
    assert (away.status_code, "unavailable" in away.text) == (503, True)
    assert dict(browser.http.cookies) == kept
    assert browser.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("variable", "path"), [("HOLDFAST_PAGES_URL", ""), ("HOLDFAST_AUTH_URL", "/auth/v1")]
)
def test_pages_that_are_not_set_up_say_so(
    browser: Browser, stack: Stack, variable: str, path: str
) -> None:
    try:
        stack.configure(**{variable: ""})
        answer = browser.get(SIGN_IN)
    finally:
        stack.configure(**{variable: stack.url + path})
    assert (answer.status_code, "not_configured" in answer.text) == (503, True)


def test_styles_have_the_address_of_their_content(browser: Browser) -> None:
    page = browser.get(SIGN_IN).text
    for name, kind in (("style.css", "text/css"), ("icon.svg", "image/svg+xml")):
        assert address(name) in page
        answer = browser.get(address(name))
        assert answer.headers["content-type"].startswith(kind)
        assert "immutable" in answer.headers["cache-control"]
    for path in ("/web/0000000000000000-style.css", "/web/style.css", "/web/..%2Fsite.py"):
        assert browser.get(path).status_code == 404
