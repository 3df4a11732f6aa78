"""The inbox of the verification provider: signed, once, and nothing from anybody else."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from shared.signatures import sign
from stack.stack import Stack
from tests.world.http.desk import Desk

PATH = "/webhooks/verification"
OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEW = "whsec_" + "bmV3LXNlY3JldC1vZi10aGUtcHJvdmlkZXI="
OTHER = "whsec_" + "YW5vdGhlci1zZWNyZXQtb2Ytbm9ib2R5LTI="


@pytest.fixture(scope="module")
def provider(stack: Stack) -> Iterator["Provider"]:
    stack.aws.put_secret("VerificationSecret", f"{NEW} {OLD}")
    with httpx.Client(base_url=stack.url, timeout=30) as http:
        yield Provider(stack, http)


class Provider:
    """Sends events as the provider does, or as somebody who is not the provider."""

    def __init__(self, stack: Stack, http: httpx.Client) -> None:
        self._stack = stack
        self._http = http

    def send(
        self,
        event: Any,
        *,
        secret: str = NEW,
        message_id: str | None = None,
        at: datetime | None = None,
        **headers: str,
    ) -> httpx.Response:
        """event: bytes go as they are. headers: in place of the right ones."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        message_id, at = message_id or f"msg_{uuid4()}", at or datetime.now(UTC)
        if "webhook_signature" not in headers:
            headers["webhook_signature"] = sign([secret], message_id, at, body)
        sent = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        return self._http.post(PATH, content=body, headers=sent)

    def kept(self) -> int:
        """Events in the inbox."""
        with self._stack.connect() as connection:
            row = connection.execute("select count(*) from public.webhook_events").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def person(desk: Desk) -> UUID:
    return desk.stack.create_user(limited=True)


def approved(person: UUID, flag: str = "phone", **fields: Any) -> dict[str, Any]:
    return {
        "type": "verification.approved", "timestamp": datetime.now(UTC).isoformat(),
        "data": {"party_id": str(person), "flag": flag, "provider_reference": "check-7"},
    } | fields  # fmt: skip


def tier(desk: Desk, person: UUID) -> int:
    (row,) = desk.read(person, f"/profiles?id=eq.{person}&select=verification_tier")
    return int(row["verification_tier"])


def outcome(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.json()["outcome"])


def refused(answer: httpx.Response, *codes: str) -> None:
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] in codes


def test_an_event_verifies(desk: Desk, provider: Provider, person: UUID) -> None:
    assert outcome(provider.send(approved(person))) == "applied"
    assert tier(desk, person) == 1
    revoked = approved(person, type="verification.revoked")
    assert outcome(provider.send(revoked)) == "applied"
    assert tier(desk, person) == 0


def test_what_the_official_library_signs_is_taken(provider: Provider, person: UUID) -> None:
    body, at = json.dumps(approved(person)), datetime.now(UTC)
    signature = Webhook(NEW).sign("msg_official", at, body)
    answer = provider.send(
        body.encode(), message_id="msg_official", at=at, webhook_signature=signature
    )
    assert outcome(answer) == "applied"


def test_a_replay_is_answered_well_and_does_nothing(
    desk: Desk, provider: Provider, person: UUID
) -> None:
    event, message_id = approved(person), f"msg_{uuid4()}"
    assert outcome(provider.send(event, message_id=message_id)) == "applied"
    before = provider.kept()
    for _ in range(2):
        assert outcome(provider.send(event, message_id=message_id)) == "repeated"
    assert provider.kept() == before
    assert len(desk.read(person, f"/profile_verifications?select=change&party_id=eq.{person}")) == 1


def test_both_secrets_are_good_while_one_replaces_the_other(
    provider: Provider, person: UUID
) -> None:
    for secret in (OLD, NEW):
        assert outcome(provider.send(approved(person), secret=secret)) == "applied"


def test_unknown_types_and_unknown_people_are_kept(provider: Provider, person: UUID) -> None:
    before = provider.kept()
    ping = {"type": "ping", "timestamp": "2026-01-01T00:00:00Z", "data": {"any": ["thing", 1.5]}}
    assert outcome(provider.send(ping)) == "noted"
    assert outcome(provider.send(approved(uuid4()))) == "unmatched"
    assert outcome(provider.send(approved(person, type="verification.rejected"))) == "noted"
    assert provider.kept() == before + 3


def test_security_an_event_of_nobody_we_know_is_refused(
    desk: Desk, provider: Provider, person: UUID
) -> None:
    event, now, before = approved(person), datetime.now(UTC), provider.kept()
    refused(provider.send(event, secret=OTHER), "bad_signature")
    # Recorded long ago, or with a clock that is ahead: in both directions.
    for off in (timedelta(minutes=-6), timedelta(minutes=6)):
        refused(provider.send(event, at=now + off), "bad_signature")
    for name, value in (
        ("webhook_signature", ""), ("webhook_signature", "v1"), ("webhook_signature", "v1,AAAA"),
        ("webhook_signature", "v2," + "A" * 44), ("webhook_timestamp", ""),
        ("webhook_timestamp", "now"), ("webhook_timestamp", "1" * 40), ("webhook_id", ""),
        ("webhook_id", "another"), ("webhook_timestamp", "-1"),
    ):  # fmt: skip
        headers: dict[str, Any] = {name: value}
        refused(provider.send(event, **headers), "bad_signature")
    # Signed over other bytes: one space is enough.
    at, message_id = datetime.now(UTC), "msg_bytes"
    signature = sign([NEW], message_id, at, json.dumps(event).encode())
    changed = json.dumps(event).encode() + b" "
    refused(
        provider.send(changed, message_id=message_id, at=at, webhook_signature=signature),
        "bad_signature",
    )
    assert (tier(desk, person), provider.kept()) == (0, before)


def test_what_is_signed_but_malformed_changes_nothing(
    desk: Desk, provider: Provider, person: UUID
) -> None:
    before, right = provider.kept(), approved(person)
    for bad in (
        b"", b"{", b"[]", b"null", b'{"type": 1, "type": 2}', {}, [right], "text",
        {**right, "type": ""}, {**right, "type": "x" * 101}, {**right, "type": None},
        {**right, "timestamp": "noon"}, {**right, "timestamp": "2026-01-01T00:00:00"},
        {**right, "data": None}, {**right, "data": {}}, {**right, "data": [right["data"]]},
        {**right, "data": {**right["data"], "party_id": "me"}},
        {**right, "data": {**right["data"], "flag": "shoe_size"}},
        {**right, "data": {**right["data"], "provider_reference": "x" * 201}},
        {**right, "data": {**right["data"], "provider_reference": "a\x00b"}},
        {**right, "type": "a\x00b"},
    ):  # fmt: skip
        refused(provider.send(bad), "bad_event", "bad_json", "bad_value")
    # What is no text is refused before anybody looks at its signature.
    refused(provider.send(b"\xff", webhook_signature="v1,AAAA"), "bad_json")
    refused(provider.send(right, message_id="m" * 256), "bad_event")
    assert provider.send(right, content_type="text/plain").status_code == 415
    assert provider.send(b"x" * 65_537).status_code == 413
    assert (tier(desk, person), provider.kept()) == (0, before)


def test_security_a_token_does_not_open_the_inbox(
    desk: Desk, provider: Provider, person: UUID
) -> None:
    token = desk.stack.token(person, aal="aal2")
    refused(
        provider.send(approved(person), secret=OTHER, authorization=f"Bearer {token}"),
        "bad_signature",
    )
    assert tier(desk, person) == 0
