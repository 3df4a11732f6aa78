"""Events out, through the address that clients use: endpoints, relay, queue, signed sending."""

from typing import Any
from uuid import UUID

import pytest

from tests.functions.desk import ATTESTED, Desk, Trade
from tests.functions.receiver import Receiver, receiving
from tests.stack.stack import Stack

RELAY, DELIVER = "RelayFunction", "DeliverFunction"
__all__ = ["receiving"]


def _endpoint(desk: Desk, who: UUID, url: str, **fields: Any) -> Any:
    reply = desk.post(who, "/webhook-endpoints", {"url": url, **fields})
    assert reply.status == 201, reply.body
    return reply.body


def _carry(stack: Stack) -> None:
    """Relay and deliver until nothing waits."""
    stack.tick(RELAY)
    while stack.drain(DELIVER):
        stack.tick(RELAY)


def _deliveries(desk: Desk, who: UUID, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = desk.read(who, f"/webhook_deliveries?order=id{query}")
    return rows


def test_a_trade_is_told_signed_and_in_order(desk: Desk, trade: Trade, receiving: Receiver) -> None:
    _carry(desk.stack)
    made = _endpoint(desk, trade.seller, receiving.url, event_types=["escrow.*"])
    trade.done(trade.buyer, "mark-paid")
    trade.done(trade.seller, "release", ATTESTED)
    _carry(desk.stack)
    bodies = [message.verified(made["secret"]) for message in receiving.messages]
    ours = [each for each in bodies if each["data"]["object_id"] == trade.id]
    assert {(each["type"], each["data"]["sequence"]) for each in ours} == {
        ("escrow.perform", 2), ("escrow.accept", 3),
    }  # fmt: skip
    assert {each["data"]["state"] for each in ours} == {"performed", "released"}
    rows = _deliveries(desk, trade.seller)
    assert {row["status"] for row in rows} == {"delivered"}
    sent = {message.headers["webhook-id"] for message in receiving.messages}
    assert sent == {row["event_id"] for row in rows}
    assert desk.read(trade.buyer, "/webhook_deliveries") == []
    (count,) = desk.read(trade.seller, "/notification_counts")
    assert count["unread"] >= 2
    assert desk.call(trade.seller, "mark_all_read") == count["unread"]


def test_a_ping_and_its_attempt(desk: Desk, receiving: Receiver) -> None:
    user = desk.stack.create_user()
    endpoint = _endpoint(desk, user, receiving.url)["endpoint_id"]
    pinged = desk.done(user, f"/webhook-endpoints/{endpoint}/ping")
    _carry(desk.stack)
    (message,) = receiving.messages
    assert message.headers["webhook-id"] == pinged["event_id"]
    (attempt,) = desk.read(user, f"/webhook_attempts?delivery_id=eq.{pinged['delivery_id']}")
    assert (attempt["number"], attempt["status_code"], attempt["answer"]) == (1, 200, "thanks")


def test_both_secrets_sign_after_a_rotation(desk: Desk, receiving: Receiver) -> None:
    user = desk.stack.create_user()
    made = _endpoint(desk, user, receiving.url)
    path = f"/webhook-endpoints/{made['endpoint_id']}"
    rotated = desk.done(user, f"{path}/rotate-secret")
    desk.done(user, f"{path}/ping")
    _carry(desk.stack)
    (message,) = receiving.messages
    for secret in (made["secret"], rotated["secret"]):
        message.verified(secret)


def test_a_repeated_creation_gives_the_same_endpoint_and_secret(
    desk: Desk, receiving: Receiver
) -> None:
    user = desk.stack.create_user()
    body = {"url": receiving.url}
    first = desk.post(user, "/webhook-endpoints", body, key="same")
    again = desk.post(user, "/webhook-endpoints", body, key="same")
    assert (again.status, again.replayed, again.body) == (201, True, first.body)


def test_a_failing_receiver_gets_the_same_id_again(
    desk: Desk, advanced: Stack, receiving: Receiver
) -> None:
    user = desk.stack.create_user()
    made = _endpoint(desk, user, receiving.url)
    desk.done(user, f"/webhook-endpoints/{made['endpoint_id']}/ping")
    receiving.status = 500
    _carry(advanced)
    (row,) = _deliveries(desk, user)
    assert (row["status"], row["attempt_count"], row["last_status_code"]) == ("pending", 1, 500)
    receiving.status = 200
    advanced.clock.advance(seconds=7)
    _carry(advanced)
    first, second = receiving.messages
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert first.body == second.body
    assert _deliveries(desk, user)[0]["status"] == "delivered"


def test_a_receiver_that_is_gone_is_switched_off_and_on(desk: Desk, receiving: Receiver) -> None:
    user = desk.stack.create_user()
    path = f"/webhook-endpoints/{_endpoint(desk, user, receiving.url)['endpoint_id']}"
    desk.done(user, f"{path}/ping")
    receiving.status = 410
    _carry(desk.stack)
    (endpoint,) = desk.read(user, "/webhook_endpoints")
    assert (endpoint["status"], endpoint["disabled_reason"]) == ("disabled", "gone")
    assert desk.post(user, f"{path}/ping").code == "webhook_endpoint_not_active"
    receiving.status = 200
    desk.done(user, f"{path}/enable")
    assert desk.done(user, f"{path}/resend", {"all_failed": True})["messages"] == 1
    _carry(desk.stack)
    assert _deliveries(desk, user, "&event=eq.webhook_endpoint.ping")[0]["status"] == "delivered"


def test_resend_one_by_its_id(desk: Desk, receiving: Receiver) -> None:
    user = desk.stack.create_user()
    made = _endpoint(desk, user, receiving.url)
    pinged = desk.done(user, f"/webhook-endpoints/{made['endpoint_id']}/ping")
    _carry(desk.stack)
    desk.done(user, f"/webhook-deliveries/{pinged['delivery_id']}/resend")
    _carry(desk.stack)
    assert len({message.headers["webhook-id"] for message in receiving.messages}) == 1
    assert len(receiving.messages) == 2


@pytest.mark.parametrize(
    "body",
    [{}, {"since": "2026-01-01T00:00:00Z"}, {"all_failed": False},
     {"all_failed": True, "event_ids": ["00000000-0000-4000-8000-000000000001"]},
     {"all_failed": True, "until": "2026-01-01T00:00:00Z"}],
)  # fmt: skip
def test_a_resend_says_what(desk: Desk, receiving: Receiver, body: dict[str, Any]) -> None:
    user = desk.stack.create_user()
    made = _endpoint(desk, user, receiving.url)
    reply = desk.post(user, f"/webhook-endpoints/{made['endpoint_id']}/resend", body)
    assert (reply.status, reply.code) == (422, "invalid_request")


@pytest.mark.parametrize(
    "url",
    ["http://10.0.0.1/x", "https://169.254.169.254/latest", "https://u:p@example.com/",
     "gopher://example.com/", "https://[::ffff:10.0.0.1]/", "https://example.com/#x"],
)  # fmt: skip
def test_an_address_inside_is_refused(desk: Desk, url: str) -> None:
    reply = desk.post(desk.stack.create_user(), "/webhook-endpoints", {"url": url})
    assert (reply.status, reply.code) == (422, "webhook_url_refused")


def test_a_redirect_is_not_followed(desk: Desk, receiving: Receiver) -> None:
    user = desk.stack.create_user()
    path = f"/webhook-endpoints/{_endpoint(desk, user, receiving.url)['endpoint_id']}"
    receiving.status = 302
    desk.done(user, f"{path}/ping")
    _carry(desk.stack)
    assert len(receiving.messages) == 1
    (row,) = _deliveries(desk, user)
    assert (row["status"], row["last_status_code"]) == ("pending", 302)


def test_incident_07_killed_between_send_and_record_it_is_sent_again(
    desk: Desk, advanced: Stack, receiving: Receiver
) -> None:
    """At least once: the receiver has it, the sender dies, the same id comes again."""
    user = desk.stack.create_user()
    made = _endpoint(desk, user, receiving.url)
    desk.done(user, f"/webhook-endpoints/{made['endpoint_id']}/ping")
    advanced.tick(RELAY)
    receiving.on_message = lambda: advanced.lambdas.kill(DELIVER)
    advanced.drain(DELIVER, limit=1, retry=False)
    (row,) = _deliveries(desk, user)
    assert (row["status"], row["attempt_count"]) == ("sending", 0)
    receiving.on_message = None
    advanced.clock.advance(seconds=91)
    _carry(advanced)
    ids = [message.headers["webhook-id"] for message in receiving.messages]
    assert ids == [row["event_id"]] * 2
    assert _deliveries(desk, user)[0]["status"] == "delivered"


def test_incident_08_a_silent_receiver_holds_up_no_trade(
    desk: Desk, trade: Trade, receiving: Receiver
) -> None:
    """While a sender waits for its answer no transaction is open, and others trade on."""
    made = _endpoint(desk, trade.seller, receiving.url)
    desk.done(trade.seller, f"/webhook-endpoints/{made['endpoint_id']}/ping")
    seen: list[Any] = []

    def before_it_answers() -> None:
        receiving.on_message = None
        trade.done(trade.buyer, "mark-paid")
        seen.append(trade.done(trade.seller, "release", ATTESTED)["state"])
        with desk.stack.connect() as owner:
            seen.append(
                owner.execute(
                    "select query from pg_stat_activity where state like 'idle in transaction%'"
                ).fetchall()
            )

    receiving.on_message = before_it_answers
    _carry(desk.stack)
    assert seen == ["released", []]


def test_a_message_nobody_can_read_ends_among_the_dead_letters(stack: Stack) -> None:
    event = {"Records": [{"messageId": "1", "body": "{}"}, {"messageId": "2", "body": "x"}]}
    assert stack.invoke(DELIVER, event) == {
        "batchItemFailures": [{"itemIdentifier": "1"}, {"itemIdentifier": "2"}]
    }


def test_a_message_handed_over_twice_is_sent_once(desk: Desk, receiving: Receiver) -> None:
    user = desk.stack.create_user()
    made = _endpoint(desk, user, receiving.url)
    pinged = desk.done(user, f"/webhook-endpoints/{made['endpoint_id']}/ping")
    desk.stack.tick(RELAY)
    desk.stack.drain(DELIVER)
    body = f'{{"delivery_id": "{pinged["delivery_id"]}", "attempt": 0}}'
    again = {"Records": [{"messageId": "1", "body": body}]}
    assert desk.stack.invoke(DELIVER, again) == {"batchItemFailures": []}
    assert len(receiving.messages) == 1
