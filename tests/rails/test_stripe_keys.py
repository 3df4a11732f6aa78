"""The stand-in for Stripe remembers idempotency keys, and fails as it is told."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import stripe

from stack.stand_ins.stripe import API_KEY, StripeStandIn
from stack.stand_ins.stripe.faults import (
    Gate,
    answer_lost,
    dropped,
    fails,
    slow,
    times_out,
    too_many,
)
from tests.rails.stripe_clock import Clock
from tests.rails.stripe_sdk import client

_PATH = "/v1/payment_intents"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stand_in(clock: Clock) -> Iterator[StripeStandIn]:
    with StripeStandIn(clock) as stand_in:
        yield stand_in


@pytest.fixture
def sdk(stand_in: StripeStandIn) -> stripe.StripeClient:
    return client(stand_in)


def _intent(sdk: stripe.StripeClient, key: str = "key-1", **more: Any) -> stripe.PaymentIntent:
    params: Any = {"amount": 1000, "currency": "usd"} | more
    return sdk.v1.payment_intents.create(params, {"idempotency_key": key})


def test_the_same_key_gives_the_same_answer_for_a_day(
    stand_in: StripeStandIn, sdk: stripe.StripeClient, clock: Clock
) -> None:
    first = _intent(sdk)
    stand_in.pay(first.id)
    clock.advance(hours=23, minutes=59)
    again = _intent(sdk)
    assert (again.id, again.status) == (first.id, "requires_payment_method")
    assert again.last_response
    assert again.last_response.headers["idempotent-replayed"] == "true"
    assert _intent(sdk, "key-2").id != first.id
    clock.advance(minutes=1)
    assert _intent(sdk).id != first.id


def test_a_key_is_for_one_call_with_one_set_of_parameters(
    stand_in: StripeStandIn, sdk: stripe.StripeClient
) -> None:
    intent = _intent(sdk)
    with pytest.raises(stripe.IdempotencyError) as refused:
        _intent(sdk, amount=1001)
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        sdk.v1.payment_intents.cancel(intent.id, {}, {"idempotency_key": "key-1"})
    with pytest.raises(stripe.IdempotencyError):
        _intent(sdk, "k" * 256)
    assert len(stand_in.objects("payment_intent")) == 1


def test_what_fails_validation_is_forgotten_and_what_began_is_kept(
    stand_in: StripeStandIn, sdk: stripe.StripeClient
) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        _intent(sdk, amount=1)
    assert _intent(sdk).amount == 1000

    payee = stand_in.accounts.add()
    params: Any = {"amount": 10, "currency": "usd", "destination": payee}
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            sdk.v1.transfers.create(params, {"idempotency_key": "key-2"})
        assert refused.value.code == "balance_insufficient"
        stand_in.books.top_up(1000)


@pytest.mark.parametrize(("done", "made"), [(False, 0), (True, 1)])
def test_500_is_replayed_whether_it_was_done_or_not(
    stand_in: StripeStandIn, sdk: stripe.StripeClient, done: bool, made: int
) -> None:
    stand_in.faults.next(fails(done=done), _PATH)
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            _intent(sdk)
        assert failed.value.http_status == 500
    assert len(stand_in.objects("payment_intent")) == made


def test_429_is_forgotten(stand_in: StripeStandIn, sdk: stripe.StripeClient) -> None:
    stand_in.faults.next(too_many(), _PATH, times=2)
    for _ in range(2):
        with pytest.raises(stripe.RateLimitError):
            _intent(sdk)
    assert _intent(sdk).status == "requires_payment_method"


def test_a_key_in_use_is_refused(stand_in: StripeStandIn, sdk: stripe.StripeClient) -> None:
    gate = Gate()
    stand_in.faults.next(gate.fault(), _PATH)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(_intent, sdk)
        assert gate.reached.wait(60)
        with pytest.raises(stripe.APIError) as refused:
            _intent(sdk)
        assert refused.value.http_status == 409
        gate.open.set()
        assert first.result(60).id == _intent(sdk).id


def test_an_answer_is_lost_and_found_again_by_its_key(
    stand_in: StripeStandIn, sdk: stripe.StripeClient
) -> None:
    stand_in.faults.next(answer_lost(), _PATH)
    with pytest.raises(stripe.APIConnectionError):
        _intent(sdk)
    (made,) = stand_in.objects("payment_intent")
    assert _intent(sdk).id == made["id"]


def test_nothing_was_done_when_the_call_never_arrived(
    stand_in: StripeStandIn, sdk: stripe.StripeClient
) -> None:
    stand_in.faults.next(dropped(), _PATH)
    with pytest.raises(stripe.APIConnectionError):
        _intent(sdk)
    stand_in.faults.next(times_out(), _PATH)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(stand_in.url + _PATH, data={"amount": "1000"}, timeout=0.2)
    assert stand_in.objects("payment_intent") == []
    stand_in.faults.next(slow(0.05), _PATH)
    assert _intent(sdk).amount == 1000


def test_faults_meet_only_their_own_calls(
    stand_in: StripeStandIn, sdk: stripe.StripeClient
) -> None:
    stand_in.faults.next(too_many(), "/v1/transfers")
    stand_in.faults.next(too_many(), f"{_PATH}/.*", method="GET")
    intent = _intent(sdk)
    with pytest.raises(stripe.RateLimitError):
        sdk.v1.payment_intents.retrieve(intent.id)
    stand_in.faults.clear()
    with pytest.raises(stripe.InvalidRequestError):
        sdk.v1.transfers.create({"amount": 1, "currency": "usd", "destination": "acct_none"})


def test_nobody_gets_in_without_the_key(stand_in: StripeStandIn) -> None:
    with pytest.raises(stripe.AuthenticationError) as refused:
        _intent(client(stand_in, "sk_test_of_somebody_else"))
    assert refused.value.http_status == 401
    assert API_KEY not in str(refused.value)
