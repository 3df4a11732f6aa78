"""At least once, never lost, and what comes twice is recognised: senders die, relays meet, the
queue repeats and mixes up."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from functions.webhooks.attempt_rules import SCHEDULE
from stack.stack import Stack
from stack.stand_ins.behaviour import ok
from stack.stand_ins.loopback import Behaviour, Received, Wire
from stack.stand_ins.webhook_receiver import WebhookReceiver, signed_by
from tests.world.http.desk import ATTESTED, Desk, Trade
from tests.world.http.webhooks import (
    DELIVER,
    RELAY,
    Owner,
    advance_past,
    carry,
    carry_once,
    due,
    ids,
    subscribe,
)

LEASE = 91


def _killing(stack: Stack) -> Behaviour:
    """Takes the message whole, and its sender dies before it hears so."""

    def behave(wire: Wire, request: Received) -> None:
        stack.lambdas.kill(DELIVER)
        ok()(wire, request)

    return behave


def _lose(stack: Stack, owner: Owner, delivery_id: str) -> dict[str, Any]:
    """Let a sender die of a message; the delivery once its lease is over."""
    stack.tick(RELAY)
    stack.drain(DELIVER, retry=False)
    row = owner.delivery(delivery_id)
    assert row["status"] == "sending"
    stack.clock.advance(seconds=LEASE)
    stack.tick(RELAY)
    return owner.delivery(delivery_id)


def test_incident_07_killed_between_send_and_record_it_is_sent_again(
    desk: Desk, advanced: Stack, receivers: WebhookReceiver
) -> None:
    """The receiver has it, the sender dies, and the same id comes again, newly signed."""
    receiver = receivers.endpoint(_killing(advanced))
    owner = subscribe(desk, receiver)
    pinged = owner.ping()
    row = _lose(advanced, owner, pinged)
    assert (row["status"], row["attempt_count"]) == ("pending", 1)
    receiver.becomes(ok())
    advance_past(advanced, due(row))
    carry(advanced)
    first, second = receivers.of(receiver)
    assert ids([first, second]) == [row["event_id"]] * 2
    assert first.body == second.body
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert signed_by(first, owner.secret)
    assert signed_by(second, owner.secret)
    (delivered,) = owner.deliveries()
    assert (delivered["status"], delivered["attempt_count"]) == ("delivered", 2)
    assert [each["error"] for each in owner.attempts(pinged)] == ["sender_lost", ""]


def test_a_message_that_kills_every_sender_is_given_up(
    desk: Desk, advanced: Stack, receivers: WebhookReceiver
) -> None:
    receiver = receivers.endpoint(_killing(advanced))
    owner = subscribe(desk, receiver)
    pinged = owner.ping()
    for number in range(1, len(SCHEDULE)):
        row = _lose(advanced, owner, pinged)
        assert (row["status"], row["attempt_count"]) == ("pending", number)
        advance_past(advanced, due(row))
    row = _lose(advanced, owner, pinged)
    assert (row["status"], row["attempt_count"]) == ("failed", len(SCHEDULE))
    assert {each["error"] for each in owner.attempts(pinged)} == {"sender_lost"}
    advanced.clock.advance(days=2)
    carry(advanced)
    assert len(receivers.of(receiver)) == len(SCHEDULE)


def test_a_queue_that_takes_nothing_costs_time_only(
    desk: Desk, advanced: Stack, receivers: WebhookReceiver
) -> None:
    receiver = receivers.endpoint()
    owner = subscribe(desk, receiver)
    pinged = owner.ping()
    queue = advanced.sources.url(advanced.lambdas.functions[DELIVER].sources[0])
    advanced.configure(HOLDFAST_WEBHOOK_QUEUE_URL=f"{queue}-gone")
    assert advanced.tick(RELAY)["queued"] == 0
    advanced.configure(HOLDFAST_WEBHOOK_QUEUE_URL=queue)
    advance_past(advanced, due(owner.delivery(pinged)))
    carry(advanced)
    assert len(receivers.of(receiver)) == 1
    assert owner.delivery(pinged)["status"] == "delivered"


def _queued(owner: Owner) -> list[dict[str, Any]]:
    """The messages of the queue, as the relay wrote them, the later event last."""
    return [
        {"delivery_id": row["id"], "attempt": row["attempt_count"]}
        for row in sorted(owner.deliveries("&status=eq.queued"), key=lambda row: row["sequence"])
    ]


def _batch(messages: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "Records": [
            {"messageId": str(number), "body": json.dumps(message)}
            for number, message in enumerate(messages)
        ]
    }


def test_what_the_queue_repeats_is_sent_once(desk: Desk, receivers: WebhookReceiver) -> None:
    """In one batch, in batches at the same time, and long after."""
    receiver = receivers.endpoint()
    owner = subscribe(desk, receiver)
    for _ in range(4):
        owner.ping()
    desk.stack.tick(RELAY)
    messages = _queued(owner)
    assert len(messages) == 4
    event = _batch(messages * 2)
    with ThreadPoolExecutor(3) as pool:
        for answer in pool.map(lambda _: desk.stack.invoke(DELIVER, event), range(3)):
            assert answer == {"batchItemFailures": []}
    carry(desk.stack)
    assert sorted(ids(receivers.of(receiver))) == sorted(
        row["event_id"] for row in owner.deliveries()
    )
    assert {(row["status"], row["attempt_count"]) for row in owner.deliveries()} == {
        ("delivered", 1)
    }


def test_what_the_queue_mixes_up_says_its_place(
    desk: Desk, trade: Trade, receivers: WebhookReceiver
) -> None:
    """The later event arrives first, and whoever reads the sequence sees it."""
    carry(desk.stack)
    receiver = receivers.endpoint()
    owner = subscribe(desk, receiver, trade.seller, event_types=["escrow.*"])
    trade.done(trade.buyer, "mark-paid")
    trade.done(trade.seller, "release", ATTESTED)
    desk.stack.tick(RELAY)
    for message in reversed(_queued(owner)):
        desk.stack.invoke(DELIVER, _batch([message]))
    carry(desk.stack)
    told = [json.loads(each.body)["data"] for each in receivers.of(receiver)]
    assert [each["sequence"] for each in told] == [3, 2]
    latest = max(told, key=lambda each: int(each["sequence"]))
    assert latest["state"] == "released"


def test_relays_at_the_same_time_share_the_work(desk: Desk, receivers: WebhookReceiver) -> None:
    """More events than one takes at once, and more relays than the template lets run."""
    stack, events, pings = desk.stack, 3000, 8
    carry(stack)
    stack.lambdas.scale(RELAY, 4)
    with ThreadPoolExecutor(4) as pool:
        # Each has its own environment, warm: they start together.
        list(pool.map(lambda _: stack.tick(RELAY), range(4)))
    reader = desk.stack.create_user()
    owners = [subscribe(desk, each) for each in receivers.endpoints(6)]
    for owner in owners:
        for _ in range(pings):
            owner.ping()
    with stack.connect() as connection:
        connection.execute(
            "select private.emit_event('x.happened', 'x', gen_random_uuid(), 1, array[%s], '{}', "
            "private.clock()) from generate_series(1, %s)",
            [reader, events],
        )
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: stack.tick(RELAY), range(4)))
    assert sum(each["events"] for each in done) == events
    assert sum(each["queued"] for each in done) == len(owners) * pings
    with stack.connect() as connection:
        told = connection.execute(
            "select count(*), count(distinct event_id) from public.notifications "
            "where user_id = %s", [reader],
        ).fetchone()  # fmt: skip
    assert told == (events, events)
    carry_once(stack)
    expected = [row["event_id"] for owner in owners for row in owner.deliveries()]
    got = Counter(ids(receivers.received))
    assert [got[each] for each in expected] == [1] * (len(owners) * pings)
