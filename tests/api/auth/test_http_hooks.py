"""Hooks of Auth over HTTP: signed, asked again, and read with care."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from stack.stand_ins.auth.settings import Hook
from stack.stand_ins.behaviour import ok, status
from stack.stand_ins.loopback import closed_port
from stack.stand_ins.webhook_receiver import WebhookReceiver, verified
from tests.api.auth.door import BEFORE, PASSWORD, Door, refuses, said

SECRET = "whsec_" + "c2VjcmV0IG9mIGEgaG9vayBvZiB0aGUgdGVzdHM="


@pytest.fixture(scope="module")
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


_JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("behaviour", "result"),
    [
        (status(200, b"{}", _JSON), None),
        (status(202, b"{}", _JSON), None),
        (status(204), None),
        (status(200, json.dumps(refuses("No.")).encode(), _JSON), (403, "unknown", "No.")),
        (status(400), (500, "unexpected_failure", "Invalid payload sent to hook")),
        (status(401), (500, "unexpected_failure", "Hook requires authorization token")),
        (
            status(418),
            (500, "unexpected_failure", "Unexpected status code returned from hook: 418"),
        ),
        (
            status(503),
            (500, "unexpected_failure", "Service currently unavailable due to hook"),
        ),
        (
            ok(b"{}"),
            (
                400,
                "hook_payload_invalid_content_type",
                "Invalid JSON response. Received content-type: ",
            ),
        ),
        (
            status(200, b"x" * 205_000, _JSON),
            (
                422,
                "hook_payload_over_size_limit",
                "Payload size exceeded size limit of 204800 bytes",
            ),
        ),
        (status(200, b"{", _JSON), (500, "unexpected_failure", "Error unmarshaling JSON output.")),
    ],
    ids=["200", "202", "204", "refusal", "400", "401", "418", "503", "no type", "huge", "no JSON"],
)
def test_a_hook_over_http(
    door: Door, receiver: WebhookReceiver, behaviour: Any, result: Any
) -> None:
    endpoint = receiver.endpoint(behaviour)
    body = {"email": door.new_email(), "password": PASSWORD}
    with door.stack.auth.changed(hooks={BEFORE: Hook(endpoint.url, (f"v1,{SECRET}",))}):
        found = door.post("/signup", body)
    assert (None if found.status_code == 200 else said(found)) == result
    (asked,) = receiver.of(endpoint)
    assert verified(asked, SECRET)["user"]["email"] == body["email"]


def test_a_busy_hook_is_asked_again_with_another_id(door: Door, receiver: WebhookReceiver) -> None:
    endpoint = receiver.endpoint(status(429, headers={"retry-after": "true"}))
    body = {"email": door.new_email(), "password": PASSWORD}
    with door.stack.auth.changed(hooks={BEFORE: Hook(endpoint.url, (f"v1,{SECRET}",))}):
        found = door.post("/signup", body)
    assert said(found)[2] == "Service currently unavailable due to hook"
    asked = receiver.of(endpoint)
    assert len({one.headers["webhook-id"] for one in asked}) == 3
    assert len({one.body for one in asked}) == 1


def test_two_secrets_sign_twice(door: Door, receiver: WebhookReceiver) -> None:
    endpoint = receiver.endpoint(status(204))
    body = {"email": door.new_email(), "password": PASSWORD}
    hook = Hook(endpoint.url, (f"v1,{SECRET}", f"v1,{SECRET[:-4]}bmV4"))
    with door.stack.auth.changed(hooks={BEFORE: hook}):
        door.post("/signup", body)
    (asked,) = receiver.of(endpoint)
    # Auth parts them by a comma, where the standard has a space.
    assert asked.headers["webhook-signature"].count(", v1,") == 1


def test_a_hook_that_is_not_there_is_a_timeout(door: Door) -> None:
    auth = door.stack.auth
    auth.hook_budget = 1.0
    try:
        with closed_port() as port:
            hook = Hook(f"http://127.0.0.1:{port}/", (f"v1,{SECRET}",))
            with auth.changed(hooks={BEFORE: hook}):
                found = door.post("/signup", {"email": "t@hooks.test", "password": PASSWORD})
    finally:
        auth.hook_budget = 5.0
    assert said(found)[:2] == (422, "hook_timeout")
