"""Endpoints that fail have a queue of their own: they wait behind each other only."""

import json

from stack.stack import Stack
from stack.stand_ins.behaviour import ok, status
from stack.stand_ins.webhook_receiver import WebhookReceiver
from tests.world.http.desk import Desk
from tests.world.http.webhooks import DELIVER, RELAY, advance_past, carry, due, subscribe


def _queues(stack: Stack, *deliveries: str) -> list[str]:
    """In which queue each message waits, by the name of its source; they stay there."""
    places: dict[str, str] = {}
    for source in stack.lambdas.functions[DELIVER].sources:
        found = stack.sources.receive(source, 1000)
        places |= {json.loads(each["Body"])["delivery_id"]: source.name for each in found}
        stack.sources.show_again(source, found)
    return [places[each] for each in deliveries]


def test_from_a_failure_to_a_success_messages_go_by_a_queue_of_their_own(
    desk: Desk, advanced: Stack, receivers: WebhookReceiver
) -> None:
    receiver = receivers.endpoint(status(500))
    failing, working = subscribe(desk, receiver), subscribe(desk, receivers.endpoint())
    first = failing.ping()
    advanced.tick(RELAY)
    assert _queues(advanced, first) == ["Messages"]
    advanced.drain(DELIVER)
    second, beside = failing.ping(), working.ping()
    advance_past(advanced, due(failing.delivery(first)))
    advanced.tick(RELAY)
    assert _queues(advanced, first, second, beside) == [
        "FailingMessages", "FailingMessages", "Messages",
    ]  # fmt: skip
    receiver.becomes(ok())
    carry(advanced)
    assert [row["status"] for row in failing.deliveries()] == ["delivered", "delivered"]
    third = failing.ping()
    advanced.tick(RELAY)
    assert _queues(advanced, third) == ["Messages"]


def test_a_queue_of_the_failing_that_is_gone_stops_only_those(
    desk: Desk, advanced: Stack, receivers: WebhookReceiver
) -> None:
    """What was not taken comes back when its lease ends."""
    receiver = receivers.endpoint(status(500))
    failing, working = subscribe(desk, receiver), subscribe(desk, receivers.endpoint())
    first = failing.ping()
    carry(advanced)
    receiver.becomes(ok())
    advance_past(advanced, due(failing.delivery(first)))
    beside = working.ping()
    _, source = advanced.lambdas.functions[DELIVER].sources
    url = advanced.sources.url(source)
    advanced.configure(HOLDFAST_WEBHOOK_SLOW_QUEUE_URL=f"{url}-gone")
    advanced.tick(RELAY)
    advanced.configure(HOLDFAST_WEBHOOK_SLOW_QUEUE_URL=url)
    advanced.drain(DELIVER)
    assert working.delivery(beside)["status"] == "delivered"
    assert failing.delivery(first)["status"] == "queued"
    advance_past(advanced, due(failing.delivery(first)))
    carry(advanced)
    assert failing.delivery(first)["status"] == "delivered"
