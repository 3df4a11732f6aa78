"""Messages that fail, by the clock: ten attempts, throttling, the end of a dead endpoint."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from functions.webhooks.attempt_rules import JITTER, SCHEDULE
from stack.stack import Stack
from stack.stand_ins.behaviour import drop, flapping, gone, ok, status, too_many
from stack.stand_ins.webhook_receiver import WebhookReceiver, signed_by
from tests.world.http.desk import Desk
from tests.world.http.webhooks import Owner, advance_past, carry, carry_once, due, ids, subscribe

# Nothing here depends on how fast it is: a shorter wait is not looked into.
LONG = 300


def _made_at(owner: Owner, delivery_id: str) -> datetime:
    return datetime.fromisoformat(owner.attempts(delivery_id)[-1]["created_at"])


def test_ten_attempts_over_three_days_each_newly_signed(
    desk: Desk, advanced: Stack, receivers: WebhookReceiver
) -> None:
    receiver = receivers.endpoint(status(500, b"no"))
    owner = subscribe(desk, receiver)
    pinged = owner.ping()
    carry_once(advanced)
    for number, wait in enumerate(SCHEDULE[1:], 1):
        row = owner.delivery(pinged)
        assert (row["status"], row["attempt_count"]) == ("pending", number)
        waits = (due(row) - _made_at(owner, pinged)).total_seconds()
        assert wait * (1 - JITTER) - 0.01 <= waits <= wait * (1 + JITTER) + 0.01
        if wait >= LONG:
            advance_past(advanced, due(row) - timedelta(seconds=wait / 2))
            carry_once(advanced)
            assert len(receivers.of(receiver)) == number
        advance_past(advanced, due(row))
        carry_once(advanced)
        assert len(receivers.of(receiver)) == number + 1
    row = owner.delivery(pinged)
    assert (row["status"], row["attempt_count"]) == ("failed", 10)
    assert (row["next_attempt_at"], row["last_status_code"]) == (None, 500)
    assert [each["number"] for each in owner.attempts(pinged)] == list(range(1, 11))
    assert owner.endpoint()["status"] == "active"
    sent = receivers.of(receiver)
    assert set(ids(sent)) == {row["event_id"]}
    assert len({each.body for each in sent}) == 1
    for header in ("webhook-timestamp", "webhook-signature"):
        assert len({each.headers[header] for each in sent}) == 10
    assert all(signed_by(each, owner.secret) for each in sent)
    advanced.clock.advance(days=2)
    carry(advanced)
    assert len(receivers.of(receiver)) == 10


def test_one_that_flaps_is_delivered_once(
    desk: Desk, advanced: Stack, receivers: WebhookReceiver
) -> None:
    receiver = receivers.endpoint(flapping(status(500), drop(), ok(b"yes")))
    owner = subscribe(desk, receiver)
    pinged = owner.ping()
    for _ in range(2):
        carry_once(advanced)
        advance_past(advanced, due(owner.delivery(pinged)))
    carry_once(advanced)
    assert owner.delivery(pinged)["status"] == "delivered"
    advanced.clock.advance(days=2)
    carry(advanced)
    assert len(receivers.of(receiver)) == 3
    assert len(set(ids(receivers.of(receiver)))) == 1
    assert [(each["status_code"], each["error"]) for each in owner.attempts(pinged)] == [
        (500, ""), (None, "bad_answer"), (200, ""),
    ]  # fmt: skip
    row = owner.endpoint()
    assert (row["consecutive_failures"], row["failing_since"]) == (0, None)


def test_429_is_left_alone_at_least_as_long_as_it_asks(
    desk: Desk, advanced: Stack, receivers: WebhookReceiver
) -> None:
    receiver = receivers.endpoint(too_many("7200"))
    owner = subscribe(desk, receiver)
    first = owner.ping()
    carry_once(advanced)
    made = _made_at(owner, first)
    assert due(owner.delivery(first)) == made + timedelta(hours=2)
    # The whole endpoint rests, for an hour at most: another message waits, too.
    receiver.becomes(ok())
    second = owner.ping()
    carry_once(advanced)
    assert len(receivers.of(receiver)) == 1
    advance_past(advanced, made + timedelta(hours=1))
    carry_once(advanced)
    assert [owner.delivery(each)["status"] for each in (first, second)] == ["pending", "delivered"]
    advance_past(advanced, made + timedelta(hours=2))
    carry_once(advanced)
    assert owner.delivery(first)["status"] == "delivered"


def test_503_until_a_date(desk: Desk, advanced: Stack, receivers: WebhookReceiver) -> None:
    until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=20)
    after = {"retry-after": format_datetime(until, usegmt=True)}
    owner = subscribe(desk, receivers.endpoint(status(503, b"", after)))
    pinged = owner.ping()
    carry_once(advanced)
    # Between the claim, which says what the time is, and the record the clock goes on.
    assert due(owner.delivery(pinged)) >= until
    assert due(owner.delivery(pinged)) - _made_at(owner, pinged) < timedelta(hours=20)


def test_410_is_never_called_again(desk: Desk, advanced: Stack, receivers: WebhookReceiver) -> None:
    receiver = receivers.endpoint(gone())
    owner = subscribe(desk, receiver)
    owner.ping()
    carry_once(advanced)
    advanced.clock.advance(days=1)
    carry(advanced)
    assert len(receivers.of(receiver)) == 1
    assert {row["status"] for row in owner.deliveries()} == {"failed"}


def test_five_days_of_failures_switch_it_off_and_the_owner_is_told(
    desk: Desk, advanced: Stack, receivers: WebhookReceiver
) -> None:
    receiver = receivers.endpoint(status(500))
    owner = subscribe(desk, receiver)
    owner.ping()
    carry_once(advanced)
    advanced.clock.advance(days=4)
    owner.ping()
    carry_once(advanced)
    assert owner.endpoint()["status"] == "active"
    advanced.clock.advance(days=1, minutes=1)
    owner.ping()
    carry_once(advanced)
    row = owner.endpoint()
    assert (row["status"], row["disabled_reason"]) == ("disabled", "failing")
    called = len(receivers.of(receiver))
    carry(advanced)
    (notice,) = desk.read(owner.id, "/notifications?event=eq.webhook_endpoint.disabled")
    assert notice["data"] == {"status": "disabled", "reason": "failing"}
    advanced.clock.advance(days=2)
    carry(advanced)
    assert len(receivers.of(receiver)) == called
    assert {row["status"] for row in owner.deliveries()} == {"failed"}
