"""Events out, through the address that clients use: endpoints, relay, queue, signed sending."""

import json
from typing import Any

import pytest

from stack.stack import Stack
from stack.stand_ins.behaviour import gone, ok
from stack.stand_ins.webhook_receiver import WebhookReceiver, verified
from tests.world.http.desk import ATTESTED, Desk, Trade
from tests.world.http.webhooks import DELIVER, carry, carry_once, ids, subscribe


def test_a_trade_is_told_signed_and_in_order(
    desk: Desk, trade: Trade, receivers: WebhookReceiver
) -> None:
    carry(desk.stack)
    receiver = receivers.endpoint()
    owner = subscribe(desk, receiver, trade.seller, event_types=["escrow.*"])
    trade.done(trade.buyer, "mark-paid")
    trade.done(trade.seller, "release", ATTESTED)
    carry(desk.stack)
    sent = receivers.of(receiver)
    ours = [
        body
        for body in (verified(each, owner.secret) for each in sent)
        if body["data"]["object_id"] == trade.id
    ]
    assert {(each["type"], each["data"]["sequence"]) for each in ours} == {
        ("escrow.perform", 2), ("escrow.accept", 3),
    }  # fmt: skip
    assert {each["data"]["state"] for each in ours} == {"performed", "released"}
    rows = owner.deliveries()
    assert {row["status"] for row in rows} == {"delivered"}
    assert set(ids(sent)) == {row["event_id"] for row in rows}
    assert desk.read(trade.buyer, "/webhook_deliveries") == []
    (count,) = desk.read(trade.seller, "/notification_counts")
    assert count["unread"] >= 2
    assert desk.call(trade.seller, "mark_all_read") == count["unread"]


def test_a_ping_and_its_attempt(desk: Desk, receivers: WebhookReceiver) -> None:
    receiver = receivers.endpoint(ok(b"thanks"))
    owner = subscribe(desk, receiver)
    pinged = owner.command("ping")
    carry(desk.stack)
    (message,) = receivers.of(receiver)
    assert message.headers["webhook-id"] == pinged["event_id"]
    assert verified(message, owner.secret)["type"] == "webhook_endpoint.ping"
    (attempt,) = owner.attempts(pinged["delivery_id"])
    assert (attempt["number"], attempt["status_code"], attempt["answer"]) == (1, 200, "thanks")


def test_both_secrets_sign_after_a_rotation(desk: Desk, receivers: WebhookReceiver) -> None:
    receiver = receivers.endpoint()
    owner = subscribe(desk, receiver)
    rotated = owner.command("rotate-secret")
    owner.ping()
    carry(desk.stack)
    (message,) = receivers.of(receiver)
    for secret in (owner.secret, rotated["secret"]):
        verified(message, secret)


def test_a_repeated_creation_gives_the_same_endpoint_and_secret(
    desk: Desk, receivers: WebhookReceiver
) -> None:
    user = desk.stack.create_user()
    body = {"url": receivers.endpoint().url}
    first = desk.post(user, "/webhook-endpoints", body, key="same")
    again = desk.post(user, "/webhook-endpoints", body, key="same")
    assert (again.status, again.replayed, again.body) == (201, True, first.body)


def test_a_receiver_that_is_gone_is_switched_off_and_on(
    desk: Desk, receivers: WebhookReceiver
) -> None:
    receiver = receivers.endpoint(gone())
    owner = subscribe(desk, receiver)
    pinged = owner.ping()
    carry_once(desk.stack)
    row = owner.endpoint()
    assert (row["status"], row["disabled_reason"]) == ("disabled", "gone")
    refused = desk.post(owner.id, f"/webhook-endpoints/{owner.endpoint_id}/ping")
    assert refused.code == "webhook_endpoint_not_active"
    receiver.becomes(ok())
    owner.command("enable")
    assert owner.command("resend", {"all_failed": True}) == {
        "endpoint_id": owner.endpoint_id, "messages": 1, "next": None,
    }  # fmt: skip
    carry(desk.stack)
    assert owner.delivery(pinged)["status"] == "delivered"


def test_resend_one_some_or_a_time(desk: Desk, advanced: Stack, receivers: WebhookReceiver) -> None:
    receiver = receivers.endpoint()
    owner = subscribe(desk, receiver)
    since = advanced.clock.now()
    for _ in range(3):
        owner.ping()
    until = advanced.clock.now()
    advanced.clock.advance(minutes=1)
    late = owner.ping()
    carry(advanced)
    *early, last = owner.deliveries()
    assert last["id"] == late
    once = ids(receivers.of(receiver))
    assert desk.done(owner.id, f"/webhook-deliveries/{early[0]['id']}/resend")["messages"] == 1
    carry(advanced)
    again = ids(receivers.of(receiver))[len(once) :]
    assert again == [early[0]["event_id"]]
    for body, expected in (
        ({"event_ids": [early[1]["event_id"], last["event_id"]]}, [early[1], last]),
        ({"since": since.isoformat(), "until": until.isoformat()}, early),
        ({"all_failed": True}, []),
    ):
        before = len(receivers.of(receiver))
        assert owner.command("resend", body)["messages"] == len(expected)
        carry(advanced)
        again = ids(receivers.of(receiver))[before:]
        assert sorted(again) == sorted(row["event_id"] for row in expected)


@pytest.mark.parametrize(
    "body",
    [{}, {"since": "2026-01-01T00:00:00Z"}, {"all_failed": False},
     {"all_failed": True, "event_ids": ["00000000-0000-4000-8000-000000000001"]},
     {"all_failed": True, "until": "2026-01-01T00:00:00Z"},
     {"after": "00000000-0000-4000-8000-000000000001"}],
)  # fmt: skip
def test_a_resend_says_what(desk: Desk, receivers: WebhookReceiver, body: dict[str, Any]) -> None:
    owner = subscribe(desk, receivers.endpoint())
    reply = desk.post(owner.id, f"/webhook-endpoints/{owner.endpoint_id}/resend", body)
    assert (reply.status, reply.code) == (422, "invalid_request")


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1/x", "https://169.254.169.254/latest", "https://u:p@example.com/",
     "gopher://example.com/", "https://[::ffff:10.0.0.1]/", "https://example.com/#x"],
)  # fmt: skip
def test_an_address_inside_is_refused(desk: Desk, url: str) -> None:
    reply = desk.post(desk.stack.create_user(), "/webhook-endpoints", {"url": url})
    assert (reply.status, reply.code) == (422, "webhook_url_refused")


def test_a_message_nobody_can_read_ends_among_the_dead_letters(stack: Stack) -> None:
    event = {"Records": [{"messageId": "1", "body": "{}"}, {"messageId": "2", "body": "x"}]}
    assert stack.invoke(DELIVER, event) == {
        "batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "2"}]
    }


def test_a_message_handed_over_twice_is_sent_once(desk: Desk, receivers: WebhookReceiver) -> None:
    receiver = receivers.endpoint()
    pinged = subscribe(desk, receiver).ping()
    carry(desk.stack)
    body = json.dumps({"delivery_id": pinged, "attempt": 0})
    again = {"Records": [{"messageId": "1", "body": body}]}
    assert desk.stack.invoke(DELIVER, again) == {"batchItemFailures": []}
    assert len(receivers.of(receiver)) == 1
