"""The inbox of Stripe: signed as Stripe signs, kept once, and nothing from anybody else."""

import base64
import hmac
import json
import time
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import pytest

from functions.rail_stripe.signature import verify
from stack.http_events import Request, event_of
from stack.stack import Stack
from stack.stand_ins.stripe import WEBHOOK_SECRET
from tests.world.http.cards import Cards

PATH = "/webhooks/stripe"
OLD = "whsec_of_last_year"
OTHER = "whsec_of_somebody_else"


def signature(body: bytes, at: int, *secrets: str) -> str:
    signed = [
        f"v1={hmac.new(each.encode(), f'{at}.'.encode() + body, sha256).hexdigest()}"
        for each in secrets
    ]
    return ",".join([f"t={at}", *signed])


def event(**fields: Any) -> dict[str, Any]:
    """An event of a type that nobody knows."""
    return {
        "id": f"evt_{uuid4().hex}", "object": "event", "type": "shoe.untied",
        "created": 1_700_000_000, "data": {"object": {"id": "shoe_1"}},
    } | fields  # fmt: skip


@pytest.fixture(scope="module")
def inbox(cards: Cards, stack: Stack) -> "Inbox":
    stack.aws.put_secret("StripeWebhookSecret", f"{WEBHOOK_SECRET} {OLD}")
    return Inbox(cards)


class Inbox:
    def __init__(self, cards: Cards) -> None:
        self.cards = cards

    def send(
        self, said: Any, *, secrets: tuple[str, ...] = (WEBHOOK_SECRET,), off: int = 0,
        header: str | None = None, **headers: str,
    ) -> httpx.Response:  # fmt: skip
        """said: bytes go as they are. off: seconds of the sender's clock."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        at = int(time.time()) + off
        sent = {
            "content-type": "application/json; charset=utf-8",
            "stripe-signature": signature(body, at, *secrets) if header is None else header,
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.cards.http.post(PATH, content=body, headers=sent)

    def kept(self) -> int:
        ((count,),) = self.cards.rows("select count(*) from public.webhook_events")
        return int(count)


def refused(answer: httpx.Response, *codes: str) -> None:
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] in codes


def test_an_event_of_any_type_is_kept_once(inbox: Inbox) -> None:
    said, before = event(), inbox.kept()
    assert inbox.send(said).json() == {"new": True}
    for _ in range(2):
        answer = inbox.send(said)
        assert (answer.status_code, answer.json()) == (200, {"new": False})
    assert inbox.kept() == before + 1
    ((status, source),) = inbox.cards.rows(
        "select status, source from public.webhook_event_work where event_id = %s", said["id"]
    )
    assert (status, source) == ("received", "webhook")


def test_both_secrets_and_all_signatures_are_looked_at(inbox: Inbox) -> None:
    for secrets in ((OLD,), (OTHER, WEBHOOK_SECRET), (OTHER, OTHER, OLD)):
        assert inbox.send(event(), secrets=secrets).status_code == 200
    body, at = json.dumps(event()).encode(), int(time.time())
    more = signature(body, at, WEBHOOK_SECRET) + ",v0=6ffbb59b"
    assert inbox.send(body, header=more).status_code == 200


def test_bytes_that_the_gateway_encodes_are_the_bytes_that_were_signed(
    inbox: Inbox, stack: Stack
) -> None:
    body = json.dumps(event(data={"object": {"name": "Żółw"}}), ensure_ascii=False).encode()
    headers = (
        ("content-type", "application/json"),
        ("Stripe-Signature", signature(body, int(time.time()), WEBHOOK_SECRET)),
    )
    request = Request("POST", PATH, "", headers, body, "127.0.0.1")
    asked = event_of(request, ("POST", PATH), {})
    asked |= {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    assert stack.invoke("StripeWebhookFunction", asked)["statusCode"] == 200
    asked["body"] = base64.b64encode(body + b" ").decode()
    assert stack.invoke("StripeWebhookFunction", asked)["statusCode"] == 400


def test_the_vector_of_the_reference_is_accepted() -> None:
    header = "t=1700000000,v1=49f24e537407743fa4a0242bb63b94b9a47ee99cbbe071ccd8a22550ae411686"
    verify(header, b'{"a":1}', ["secret"], datetime.fromtimestamp(1_700_000_000, UTC))


def test_security_an_event_of_nobody_we_know_is_refused(inbox: Inbox) -> None:
    before, said = inbox.kept(), event()
    body, now = json.dumps(said).encode(), int(time.time())
    right = signature(body, now, WEBHOOK_SECRET)
    digest = right.partition("v1=")[2]
    refused(inbox.send(said, secrets=(OTHER,)), "bad_signature")
    refused(inbox.send(said, secrets=("",)), "bad_signature")
    refused(inbox.send(said, secrets=()), "bad_signature")
    # Recorded long ago, or with a clock that is ahead: in both directions.
    for off in (-301 - 5, 301 + 5, 60 * 60 * 24 * 365 * 70):
        refused(inbox.send(said, off=off), "bad_signature")
    for header in (
        "", "t", "t=", "v1=", "t=,v1=", f"t={now}", f"v1={digest}", f"t={now},v1=", "t=now,v1=00",
        f"t={now},v0={digest}", f"t={now};v1={digest}", f"t={now},t={now},v1={digest}",
        f"t=-{now},v1={digest}", f"t={now}.0,v1={digest}", f"t={'1' * 40},v1={digest}",
        f"t={now},v1={digest[:-1]}", f"t={now},v1={digest}0", f"t={now},v1={digest.upper()}",
        f"t={now - 1},v1={digest}", f"t={now},v1= {digest}", f"{right},rest", digest, "=" * 500,
    ):  # fmt: skip
        refused(inbox.send(body, header=header), "bad_signature")
    # Signed over other bytes: one space is enough.
    refused(inbox.send(body + b" ", header=right), "bad_signature")
    assert inbox.kept() == before


def test_what_is_signed_but_malformed_is_refused_and_not_kept(inbox: Inbox) -> None:
    before, right = inbox.kept(), event()
    for bad in (
        b"", b"{", b"[]", b"null", b"1", b'"text"', b'{"type": 1, "type": 2}', b"\xff", {}, [right],
        {**right, "object": "charge"}, {**right, "id": "ch_1"}, {**right, "id": "evt_"},
        {**right, "id": "evt_a\x00b"}, {**right, "id": "evt_" + "a" * 300}, {**right, "id": 7},
        {**right, "type": ""}, {**right, "type": "x" * 101}, {**right, "type": None},
        {**right, "type": "a b"}, {**right, "type": "a\x00b"}, {**right, "created": "now"},
        {**right, "created": -1}, {**right, "created": 1e30}, {**right, "created": 10**30},
        {**right, "created": None}, {**right, "data": None}, {**right, "data": {}},
        {**right, "data": {"object": []}}, {**right, "data": []},
        b'{"id":"evt_1","object":"event","type":"a","created":NaN,"data":{"object":{}}}',
        b'{"id":"evt_1","object":"event","type":"a","created":1,"data":{"object":{"a":"\\ud800"}}}',
        b'{"data":' * 20_0 + b"1" + b"}" * 200,
    ):  # fmt: skip
        refused(inbox.send(bad), "bad_event", "bad_json")
    assert inbox.send(right, content_type="text/plain").status_code == 415
    assert inbox.send(b"x" * 65_537).status_code == 413
    assert inbox.kept() == before
