"""What a page in a browser needs: other origins' calls let through, and keys that are no tokens."""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from stack.paths import ROOT, version
from stack.stack import Stack
from tests.world.http.desk import Desk, open_trade

PAGE = "http://localhost:5173"
STRANGE = ["https://evil.example", "http://localhost.evil.example:80", "null", ""]
ASKED = "authorization,content-type,idempotency-key,x-request-id"


@pytest.fixture
def browser(stack: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stack.url, headers={"origin": PAGE}, timeout=30) as browser:
        yield browser


def asks(method: str = "POST", headers: str = ASKED, **more: str) -> dict[str, str]:
    """Headers of a preflight."""
    return {
        "access-control-request-method": method,
        "access-control-request-headers": headers,
        **more,
    }


def listed(answer: httpx.Response, name: str) -> set[str]:
    return {each.strip().lower() for each in answer.headers.get(name, "").split(",")}


def test_a_preflight_of_a_command_is_answered_by_the_gateway(browser: httpx.Client) -> None:
    answer = browser.options("/escrows/some/release", headers=asks())

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "POST" in answer.headers["access-control-allow-methods"].split(",")
    assert listed(answer, "access-control-allow-headers") >= set(ASKED.split(","))
    assert int(answer.headers["access-control-max-age"]) > 0
    # Tokens go in a header: a page of another origin brings no cookies along.
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", STRANGE)
def test_other_origins_are_told_nothing(browser: httpx.Client, origin: str) -> None:
    for answer in (
        browser.options("/escrows/some/release", headers=asks(origin=origin)),
        browser.post("/escrows/some/release", headers={"origin": origin}),
    ):
        told = [name for name in answer.headers if name.startswith("access-control-")]
        assert told == []


def test_a_page_reads_our_headers_from_answers_and_refusals(
    desk: Desk, browser: httpx.Client
) -> None:
    trade = open_trade(desk)
    token = desk.stack.token(trade.buyer, aal="aal2")
    path = f"/escrows/{trade.id}/mark-paid"
    signed_in = {"authorization": f"Bearer {token}", "idempotency-key": "once"}

    first, again = (browser.post(path, json={}, headers=signed_in) for _ in range(2))
    refused = browser.post(path, json={})
    for answer in (first, again, refused):
        assert answer.headers["access-control-allow-origin"] == PAGE
        exposed = listed(answer, "access-control-expose-headers")
        assert exposed >= {"x-request-id", "idempotency-replayed", "retry-after"}
    assert (first.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")


def test_postgrest_lets_pages_call_it(stack: Stack, browser: httpx.Client) -> None:
    preflight = browser.options(
        "/rest/v1/p2p_orders", headers=asks("PATCH", "apikey,authorization,prefer")
    )
    read = browser.get("/rest/v1/currencies", headers={"apikey": stack.anon_key})

    assert preflight.headers["access-control-allow-origin"] in ("*", PAGE)
    assert listed(preflight, "access-control-allow-headers") >= {"apikey", "authorization"}
    assert read.headers["access-control-allow-origin"] in ("*", PAGE)
    assert "content-range" in listed(read, "access-control-expose-headers")


def test_a_page_uploads_a_picture(desk: Desk) -> None:
    seller, content = desk.stack.create_user(), b"these bytes"
    told = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "media_type": "image/png",
        "size_bytes": len(content),
    }
    address: dict[str, Any] = desk.done(seller, "/image-uploads", told)
    own = {name.lower() for name in address["headers"]} - {"content-length"}

    preflight = httpx.options(
        address["url"], headers={"origin": PAGE, **asks("PUT", ",".join(sorted(own)))}
    )
    stranger = httpx.options(
        address["url"], headers={"origin": STRANGE[0], **asks("PUT", ",".join(sorted(own)))}
    )
    sent = httpx.put(
        address["url"], content=content, headers={**address["headers"], "origin": PAGE}
    )

    assert preflight.status_code == 200
    assert listed(preflight, "access-control-allow-headers") >= own
    assert "put" in listed(preflight, "access-control-allow-methods")
    assert stranger.status_code == 403
    assert sent.status_code == 200


def test_a_page_signs_in(stack: Stack, browser: httpx.Client) -> None:
    """As supabase-js does it from a browser: a preflight, and a key that is no token."""
    asked = "apikey,authorization,content-type,x-client-info,x-supabase-api-version"
    before = browser.options("/auth/v1/token?grant_type=password", headers=asks(headers=asked))
    assert before.status_code == 204
    assert listed(before, "access-control-allow-headers") >= set(asked.split(","))
    person = {"email": "page@holdfast.test", "password": "from-a-page-of-ours"}
    made = browser.post(
        "/auth/v1/admin/users",
        json=person | {"email_confirm": True},
        headers={"apikey": stack.api_keys.secret},
    )
    assert made.status_code == 200
    path = "/auth/v1/token?grant_type=password"
    publishable = {"apikey": stack.api_keys.publishable}
    answer = browser.post(path, json=person, headers=publishable)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == PAGE
    wrong = browser.post(path, json=person | {"password": "not-this-one"}, headers=publishable)
    assert (wrong.status_code, wrong.headers["x-sb-error-code"]) == (400, "invalid_credentials")
    assert "x-sb-error-code" in listed(wrong, "access-control-expose-headers")
    unknown = browser.post(path, json=person, headers={"apikey": "sb_publishable_x"})
    assert unknown.status_code == 401
    denied = browser.post("/auth/v1/admin/users", json=person, headers=publishable)
    assert denied.status_code == 403


@pytest.mark.parametrize("twice", [False, True], ids=["apikey", "apikey and token"])
def test_the_new_keys_stand_for_their_roles(desk: Desk, twice: bool) -> None:
    """Clients of Supabase repeat the key as a token as long as nobody is signed in."""
    stack, keys = desk.stack, desk.stack.api_keys

    def get(path: str, key: str, **headers: str) -> httpx.Response:
        own = {"authorization": f"Bearer {key}"} if twice else {}
        return httpx.get(stack.rest_url + path, headers={"apikey": key, **own, **headers})

    assert get("/currencies", keys.publishable).status_code == 200
    assert get("/wallet_balances", keys.publishable).status_code == 401
    assert get("/", keys.secret, **{"accept-profile": "service"}).status_code == 200
    unknown = get("/currencies", keys.publishable + "x")
    assert (unknown.status_code, unknown.json()) == (401, {"message": "Invalid API key"})


def test_somebody_signed_in_sends_the_publishable_key_beside_the_token(desk: Desk) -> None:
    who, keys = desk.stack.create_user(), desk.stack.api_keys
    desk.deposit(who)

    def balances(token: str) -> httpx.Response:
        headers = {"apikey": keys.publishable, "authorization": f"Bearer {token}"}
        return httpx.get(f"{desk.stack.rest_url}/wallet_balances?currency=eq.BTC", headers=headers)

    (row,) = balances(desk.stack.token(who)).json()
    assert row["available"] == "2"
    # A key of another kind is no token, beside whatever key it comes.
    assert balances(keys.secret).status_code == 401


def test_functions_work_with_the_new_keys(desk: Desk) -> None:
    """As hosted: through the gateway, with the publishable key and the secret key."""
    stack = desk.stack
    stack.aws.client("secretsmanager").put_secret_value(
        SecretId="holdfast/service-key", SecretString=stack.api_keys.secret
    )
    stack.configure(
        HOLDFAST_POSTGREST_URL=stack.rest_url, HOLDFAST_ANON_KEY=stack.api_keys.publishable
    )
    try:
        open_trade(desk)
    finally:
        stack.aws.client("secretsmanager").put_secret_value(
            SecretId="holdfast/service-key", SecretString=stack.service_key
        )
        stack.configure(
            HOLDFAST_POSTGREST_URL=stack.postgrest.url, HOLDFAST_ANON_KEY=stack.anon_key
        )


def test_the_reference_and_health_are_read_by_everybody(
    stack: Stack, browser: httpx.Client
) -> None:
    health, document, page = (
        browser.get(f"/{each}") for each in ("health", "openapi.json", "docs")
    )

    assert health.json() == {"status": "ok", "version": version()}
    assert document.json() == json.loads((ROOT / "docs/openapi.json").read_text())
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    # Nothing from elsewhere and nothing that runs.
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.search(r"<script|<link|<img|src=|https?://", page.text)
    for each in document.json()["paths"]:
        assert f"{each}</code>" in page.text
    assert page.headers["access-control-allow-origin"] == PAGE
    assert httpx.post(f"{stack.url}/health").status_code == 404


@pytest.mark.parametrize("change", [{"price": "1"}, {"min_order_amount": "0.02"}, {"amount": "2"}])
def test_a_published_order_is_not_patched(desk: Desk, change: dict[str, str]) -> None:
    maker = desk.stack.create_user()
    desk.deposit(maker)
    order = desk.draft(maker)
    assert desk.write(maker, "PATCH", f"/p2p_orders?id=eq.{order}", change).status == 204
    desk.done(maker, f"/orders/{order}/publish")

    refused = desk.write(maker, "PATCH", f"/p2p_orders?id=eq.{order}", change)

    assert (refused.status, refused.body["message"]) == (409, "order_is_published")
    assert "POST /orders/{order_id}/reprice" in refused.body["hint"]


def test_a_published_order_is_repriced_by_its_command(desk: Desk) -> None:
    maker, taker = desk.stack.create_user(), desk.stack.create_user()
    desk.deposit(maker)
    order = desk.draft(maker)
    version = desk.done(maker, f"/orders/{order}/publish")["version"]
    path, seen = f"/orders/{order}/reprice", {"expected_version": version}
    for body in (
        {"price": "1"}, seen, seen | {"price": "1", "margin_bps": 5}, seen | {"amount": "2"},
        seen | {"price": 51000}, {"expected_version": "2", "price": "1"},
    ):  # fmt: skip
        assert desk.post(maker, path, body).code == "invalid_request"

    moved = desk.done(maker, path, seen | {"price": "51000", "min_order_amount": "0.02"})

    assert moved["version"] == version + 1
    assert desk.post(maker, path, seen | {"price": "1"}).code == "stale_version"
    assert desk.post(taker, path, seen | {"price": "1"}).code == "not_your_order"
    taken = {"amount": "0.1", "expected_price": "50000"}
    assert desk.post(taker, f"/orders/{order}/take", taken).code == "price_changed"
    taken["expected_price"] = "51000"
    assert desk.done(taker, f"/orders/{order}/take", taken)["price"] == "51000"
