"""Events of the stand-in for Stripe: listed page by page, signed so that the library is content,
and sent as a test likes."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from stack.stand_ins.behaviour import script, status
from stack.stand_ins.stripe import WEBHOOK_SECRET, StripeStandIn
from stack.stand_ins.webhook_receiver import WebhookReceiver
from tests.rails.stripe_clock import START, Clock
from tests.rails.stripe_sdk import client

_OLD_SECRET = "whsec_of_last_year"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stand_in(clock: Clock) -> Iterator[StripeStandIn]:
    with StripeStandIn(clock, webhook_secrets=(_OLD_SECRET, WEBHOOK_SECRET)) as stand_in:
        yield stand_in


@pytest.fixture
def sdk(stand_in: StripeStandIn) -> stripe.StripeClient:
    return client(stand_in)


def _intents(sdk: stripe.StripeClient, count: int = 1) -> list[str]:
    params: Any = {"amount": 1000, "currency": "usd", "metadata": {"name": "Żółw"}}
    return [sdk.v1.payment_intents.create(params).id for _ in range(count)]


def test_events_are_listed_newest_first_page_by_page(
    stand_in: StripeStandIn, sdk: stripe.StripeClient
) -> None:
    _intents(sdk, 5)
    ids = [each["id"] for each in reversed(stand_in.webhooks.all())]
    page = sdk.v1.events.list({"limit": 2})
    assert ([each.id for each in page.data], page.has_more) == (ids[:2], True)
    older = sdk.v1.events.list({"limit": 3, "starting_after": ids[1]})
    assert ([each.id for each in older.data], older.has_more) == (ids[2:], False)
    newer = sdk.v1.events.list({"limit": 2, "ending_before": ids[4]})
    assert ([each.id for each in newer.data], newer.has_more) == (ids[2:4], True)
    assert [each.id for each in sdk.v1.events.list({"limit": 2}).auto_paging_iter()] == ids
    with pytest.raises(stripe.InvalidRequestError):
        sdk.v1.events.list({"starting_after": "evt_none"})
    with pytest.raises(stripe.InvalidRequestError):
        sdk.v1.events.list({"limit": 101})


def test_events_are_searched_by_type_and_time_for_thirty_days(
    stand_in: StripeStandIn, sdk: stripe.StripeClient, clock: Clock
) -> None:
    (intent,) = _intents(sdk)
    clock.advance(hours=1)
    stand_in.pay(intent)

    def found(**wanted: Any) -> list[str]:
        params: Any = wanted
        return [each.type for each in sdk.v1.events.list(params).data]

    assert found(types=["payment_intent.created"]) == ["payment_intent.created"]
    assert found(type="charge.succeeded") == ["charge.succeeded"]
    assert len(found(created={"gte": int(START.timestamp()) + 3600})) == 3
    assert len(found(created={"lt": int(START.timestamp()) + 3600})) == 1
    clock.advance(days=29, hours=23, seconds=1)
    assert len(found()) == 3
    assert found(types=["payment_intent.created"]) == []


def test_an_event_tells_the_object_as_it_was_and_who_asked(
    stand_in: StripeStandIn, sdk: stripe.StripeClient
) -> None:
    params: Any = {"amount": 1000, "currency": "usd"}
    intent = sdk.v1.payment_intents.create(params, {"idempotency_key": "key-1"})
    stand_in.pay(intent.id)
    created, *_, paid = stand_in.webhooks.all()
    assert created["data"]["object"]["status"] == "requires_payment_method"
    assert created["request"]["idempotency_key"] == "key-1"
    assert paid["type"] == "payment_intent.succeeded"
    assert paid["request"] == {"id": None, "idempotency_key": None}
    assert sdk.v1.events.retrieve(paid["id"]).data.object["status"] == "succeeded"


@pytest.mark.parametrize("secret", [_OLD_SECRET, WEBHOOK_SECRET])
def test_the_library_accepts_what_is_signed(
    stand_in: StripeStandIn, sdk: stripe.StripeClient, secret: str
) -> None:
    _intents(sdk)
    # The library knows no clock but the machine's.
    headers, body = stand_in.webhooks.signed(stand_in.webhooks.all()[0], at=int(time.time()))
    event: Any = stripe.Webhook.construct_event(body, headers["stripe-signature"], secret)
    assert event.data.object.metadata["name"] == "Żółw"
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body + b" ", headers["stripe-signature"], secret)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(body, headers["stripe-signature"], secret + "x")


def test_events_are_sent_late_twice_in_another_order_or_never(
    stand_in: StripeStandIn, sdk: stripe.StripeClient, clock: Clock
) -> None:
    intents = _intents(sdk, 3)
    first, second, third = stand_in.webhooks.waiting()
    with WebhookReceiver() as receiver:
        endpoint = receiver.endpoint(script(status(500), status(200)))
        stand_in.webhooks.url = endpoint.url
        assert stand_in.webhooks.deliver([third]) == [500]
        assert len(stand_in.webhooks.waiting()) == 3
        clock.advance(seconds=30)
        assert stand_in.webhooks.deliver([third, third, first]) == [200] * 3
        stand_in.webhooks.lose([second])
        assert stand_in.webhooks.deliver() == []

        sent = [json.loads(each.body) for each in receiver.received]
        assert [each["data"]["object"]["id"] for each in sent] == [
            intents[2], intents[2], intents[2], intents[0],
        ]  # fmt: skip
        stamps = [each.headers["stripe-signature"].split(",")[0] for each in receiver.received]
        assert stamps[0] == f"t={int(START.timestamp())}"
        assert stamps[1] == f"t={int(START.timestamp()) + 30}"

    undelivered = sdk.v1.events.list({"delivery_success": False}).data
    assert [each.id for each in undelivered] == [second["id"]]
    assert datetime.fromtimestamp(undelivered[0].created, UTC) == START
