"""Our calls to Stripe against the stand-in: what is done, and what a failure means."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from functions.rail_stripe import api as api_module
from functions.rail_stripe import connection
from functions.rail_stripe.amounts import from_minor, to_minor
from functions.rail_stripe.api import StripeApi
from functions.rail_stripe.connection import stripe_api
from functions.rail_stripe.objects import Account, Intent
from functions.rail_stripe.outcome import Done, Later, Refused, Unknown
from shared.settings import SettingsError
from stack.stand_ins.behaviour import garbage, redirect, status
from stack.stand_ins.loopback import Received, Wire, closed_port
from stack.stand_ins.stripe import API_KEY, Card, StripeStandIn
from stack.stand_ins.stripe.faults import (
    Fault,
    Gate,
    answer_late,
    answer_lost,
    dropped,
    fails,
    times_out,
    too_many,
)
from tests.rails.stripe_clock import START, Clock

_USD = "USD"
_HUNDRED = Decimal(100)
# No answer of a stand-in that answers takes that long.
_PATIENT = (2.0, 30.0)
_IMPATIENT = (2.0, 0.2)

Value = TypeVar("Value")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stand_in(clock: Clock) -> Iterator[StripeStandIn]:
    with StripeStandIn(clock) as stand_in:
        yield stand_in


@pytest.fixture
def api(stand_in: StripeStandIn) -> StripeApi:
    return StripeApi(API_KEY, stand_in.url, _PATIENT)


def done(outcome: Done[Value] | Refused | Later | Unknown) -> Value:
    assert isinstance(outcome, Done), outcome
    return outcome.value


def _created(api: StripeApi, key: str = "key-1") -> Intent:
    return done(api.create_intent("e-1", _HUNDRED, _USD, key=key))


def _captured(stand_in: StripeStandIn, api: StripeApi, card: Card = Card.GOOD) -> Intent:
    intent = _created(api)
    stand_in.pay(intent.id, card)
    return done(api.capture(intent.id, _HUNDRED, _USD, key="capture-1"))


def test_a_payment_from_question_to_payout(stand_in: StripeStandIn, api: StripeApi) -> None:
    intent = _created(api)
    assert (intent.status, intent.reference_id, intent.charge) == (
        "requires_payment_method", "e-1", None,
    )  # fmt: skip
    assert intent.client_secret
    assert intent.client_secret.startswith(intent.id)

    stand_in.pay(intent.id)
    paid = done(api.intent(intent.id))
    assert (paid.status, paid.amount_capturable) == ("requires_capture", _HUNDRED)
    assert paid.charge
    assert (paid.charge.posting, paid.charge.capture_before) == (None, START + timedelta(days=7))

    taken = done(api.capture(intent.id, _HUNDRED, _USD, key="capture-1"))
    assert (taken.status, taken.amount_received) == ("succeeded", _HUNDRED)
    assert taken.charge
    assert taken.charge.posting
    assert (taken.charge.posting.fee, taken.charge.posting.net) == (
        Decimal("3.20"), Decimal("96.80"),
    )  # fmt: skip

    payee = stand_in.accounts.add()
    sent = done(
        api.transfer(
            "e-1", Decimal("90.01"), _USD, account=payee, charge_id=taken.charge.id, key="out-1"
        )
    )
    assert (sent.key, sent.account, sent.amount) == ("out-1", payee, Decimal("90.01"))
    assert sent.posting
    assert sent.posting.net == Decimal("-90.01")
    assert done(api.transfers("e-1")) == (sent,)
    assert done(api.transfers("e-2")) == ()
    assert done(api.balance()) == {_USD: Decimal("6.79")}


def test_a_payment_is_cancelled_and_no_money_moves(stand_in: StripeStandIn, api: StripeApi) -> None:
    intent = _created(api)
    stand_in.pay(intent.id)
    assert done(api.cancel(intent.id, key="cancel-1")).status == "canceled"
    late = api.capture(intent.id, _HUNDRED, _USD, key="capture-1")
    assert isinstance(late, Refused)
    assert (late.status, late.code) == (400, "payment_intent_unexpected_state")
    assert done(api.balance()) == {}


def test_money_goes_back_and_may_come_again(stand_in: StripeStandIn, api: StripeApi) -> None:
    intent = _captured(stand_in, api)
    refund = done(api.refund(intent.id, Decimal("40.50"), _USD, key="back-1"))
    assert (refund.status, refund.key, refund.amount) == ("succeeded", "back-1", Decimal("40.50"))
    too_much = api.refund(intent.id, Decimal("59.51"), _USD, key="back-2")
    assert isinstance(too_much, Refused)

    stand_in.refunds.fail(refund.id)
    (failed,) = done(api.refunds(intent.id))
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert failed.posting
    assert failed.returned
    assert failed.posting.net + failed.returned.net == 0


def test_a_chargeback_is_answered(stand_in: StripeStandIn, api: StripeApi) -> None:
    intent = _captured(stand_in, api, Card.CHARGED_BACK)
    (event,) = done(api.events_since(START, types=["charge.dispute.created"]))
    dispute = done(api.dispute(str(event.object_id)))
    assert (dispute.status, dispute.intent_id, dispute.amount) == (
        "needs_response", intent.id, _HUNDRED,
    )  # fmt: skip
    assert dispute.due_by == START + timedelta(days=7)
    assert [(each.net, each.fee) for each in dispute.postings] == [(Decimal(-115), Decimal(15))]

    sent = done(api.submit_evidence(dispute.id, {"uncategorized_text": "Done."}, key="evidence-1"))
    assert (sent.status, sent.submission_count) == ("under_review", 1)
    more = api.submit_evidence(dispute.id, {"uncategorized_text": "More."}, key="evidence-2")
    assert isinstance(more, Refused)
    stand_in.disputes.win(dispute.id)
    won = done(api.dispute(dispute.id))
    assert (won.status, sum(each.net for each in won.postings)) == ("won", -15)


def test_events_of_a_time_come_oldest_first_over_all_pages(
    stand_in: StripeStandIn, api: StripeApi, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_module, "_MOST", 2)
    for number in range(5):
        _created(api, f"key-{number}")
        clock.advance(minutes=1)
    ids = [each["id"] for each in stand_in.webhooks.all()]
    assert [each.id for each in done(api.events_since(START))] == ids
    some = done(api.events_since(START + timedelta(minutes=1), START + timedelta(minutes=3)))
    assert [each.id for each in some] == ids[1:4]
    assert some[0].created == START + timedelta(minutes=1)
    assert some[0].body == stand_in.webhooks.all()[1]


def _instead(behave: Callable[[Wire, Received], None]) -> Fault:
    return Fault(instead=behave)


_ACCOUNT = b'{"error": {"type": "invalid_request_error", "code": "account_invalid"}}'
_WORDLESS = b'{"error": {"type": "api_error"}}'
# A fault of a command; what it means; how many payments there are afterwards.
FAILURES: list[tuple[str, Callable[[], Fault], type, int]] = [
    ("the question is not answered", times_out, Unknown, 0),
    ("the connection ends at once", dropped, Unknown, 0),
    ("the answer is lost", answer_lost, Unknown, 1),
    ("the answer does not come", answer_late, Unknown, 1),
    ("500, not done", fails, Unknown, 0),
    ("500, done", lambda: fails(done=True), Unknown, 1),
    ("503", lambda: _instead(status(503, _WORDLESS)), Unknown, 0),
    ("502 from somebody else", lambda: _instead(status(502, b"<html>")), Unknown, 0),
    ("200 in other words", lambda: _instead(status(200, b"{}")), Unknown, 0),
    ("200 and no JSON", lambda: _instead(status(200, b"<html>")), Unknown, 0),
    ("no HTTP", lambda: _instead(garbage()), Unknown, 0),
    ("half an answer", lambda: _instead(_half), Unknown, 0),
    ("elsewhere", lambda: _instead(redirect()), Unknown, 0),
    ("408", lambda: _instead(status(408, _WORDLESS)), Unknown, 0),
    ("409", lambda: _instead(status(409, _WORDLESS)), Unknown, 0),
    ("429", too_many, Later, 0),
    ("401", lambda: _instead(status(401, _WORDLESS)), Later, 0),
    ("403", lambda: _instead(status(403, _WORDLESS)), Later, 0),
    ("403, the account", lambda: _instead(status(403, _ACCOUNT)), Refused, 0),
    ("400", lambda: _instead(status(400, _WORDLESS)), Refused, 0),
    ("402", lambda: _instead(status(402, _WORDLESS)), Refused, 0),
    ("404", lambda: _instead(status(404, _WORDLESS)), Refused, 0),
]


def _half(wire: Wire, _: Received) -> None:
    wire.write(b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"id": "pi_1"')
    wire.leave()


def _wait_for_intents(stand_in: StripeStandIn, count: int) -> None:
    until = time.monotonic() + 60
    while len(stand_in.objects("payment_intent")) < count and time.monotonic() < until:
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("fault", "meaning", "made"), [row[1:] for row in FAILURES], ids=[row[0] for row in FAILURES]
)
def test_a_failure_of_a_command_means(
    stand_in: StripeStandIn, fault: Callable[[], Fault], meaning: type, made: int
) -> None:
    hangs = fault in (times_out, answer_late)
    api = StripeApi(API_KEY, stand_in.url, _IMPATIENT if hangs else _PATIENT)
    stand_in.faults.next(fault(), "/v1/payment_intents")
    found = api.create_intent("e-1", _HUNDRED, _USD, key="key-1")
    assert type(found) is meaning, found
    # The stand-in may still be at it when an impatient client has left.
    assert len(stand_in.wait_for(1)) == 1
    _wait_for_intents(stand_in, made)
    assert len(stand_in.objects("payment_intent")) == made


@pytest.mark.parametrize(
    ("fault", "meaning"),
    [(dropped, Later), (fails, Later), (too_many, Later)],
)
def test_a_failure_of_a_question_is_never_unknown(
    stand_in: StripeStandIn, api: StripeApi, fault: Callable[[], Fault], meaning: type
) -> None:
    stand_in.faults.next(fault(), "/v1/disputes/.*", method="GET")
    assert type(api.dispute("du_none")) is meaning
    assert api.dispute("du_none") == Refused(404, "resource_missing", "No such dispute: 'du_none'")


def test_where_nobody_listens_nothing_was_done() -> None:
    with closed_port() as port:
        api = StripeApi(API_KEY, f"http://127.0.0.1:{port}", _PATIENT)
        assert api.cancel("pi_1", key="key-1") == Later("not reachable")


def test_what_was_lost_is_found_by_the_same_key(stand_in: StripeStandIn, api: StripeApi) -> None:
    intent = _captured(stand_in, api)
    stand_in.faults.next(answer_lost(), "/v1/refunds")
    ask = {"key": "back-1"}
    assert isinstance(api.refund(intent.id, _HUNDRED, _USD, **ask), Unknown)
    (made,) = done(api.refunds(intent.id))
    assert made.key == "back-1"
    assert done(api.refund(intent.id, _HUNDRED, _USD, **ask)).id == made.id
    assert len(stand_in.objects("refund")) == 1


def test_a_key_of_another_call_is_no_refusal(stand_in: StripeStandIn, api: StripeApi) -> None:
    _created(api)
    other = api.create_intent("e-1", Decimal(101), _USD, key="key-1")
    assert isinstance(other, Unknown)


def test_a_key_in_use_is_unknown(stand_in: StripeStandIn, api: StripeApi) -> None:
    gate = Gate()
    stand_in.faults.next(gate.fault(), "/v1/payment_intents")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(_created, api)
        assert gate.reached.wait(60)
        assert isinstance(api.create_intent("e-1", _HUNDRED, _USD, key="key-1"), Unknown)
        gate.open.set()
        assert first.result(60) == _created(api)


def test_a_payout_is_refused_for_certain(stand_in: StripeStandIn, api: StripeApi) -> None:
    intent = _captured(stand_in, api)
    assert intent.charge
    rejected = stand_in.accounts.add()
    assert done(api.account(rejected)).payable
    stand_in.accounts.reject(rejected)
    assert done(api.account(rejected)) == Account(rejected, False, "rejected.fraud")
    for account, code in (
        (rejected, "insufficient_capabilities_for_transfer"),
        ("acct_none", "resource_missing"),
    ):
        refused = api.transfer(
            "e-1", _HUNDRED, _USD, account=account, charge_id=intent.charge.id, key=account
        )
        assert isinstance(refused, Refused)
        assert (refused.status, refused.code) == (400, code)


def test_a_command_without_a_key_is_not_sent(stand_in: StripeStandIn, api: StripeApi) -> None:
    with pytest.raises(ValueError, match="key"):
        api.cancel("pi_1", key="")
    assert stand_in.received == []


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("12.50", "USD", 1250), ("0.01", "eur", 1), ("500", "JPY", 500), ("5.12", "KWD", 5120),
        ("40", "ISK", 4000), ("12.500000000000000000", "USD", 1250), ("1E+2", "USD", 10_000),
    ],
)  # fmt: skip
def test_amounts_are_exact_both_ways(amount: str, currency: str, minor: int) -> None:
    assert to_minor(Decimal(amount), currency) == minor
    assert from_minor(minor, currency) == Decimal(amount)
    assert from_minor(-minor, currency) == -Decimal(amount)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("0.001", "USD"), ("0", "USD"), ("-1", "USD"), ("0.5", "JPY"), ("5.125", "KWD"),
        ("40.10", "ISK"), ("NaN", "USD"), ("Infinity", "USD"), ("1", "UGX"), ("1", "USDC_BASE"),
    ],
)  # fmt: skip
def test_amounts_that_stripe_cannot_move_are_not_sent(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match="at Stripe"):
        to_minor(Decimal(amount), currency)


def test_the_environment_names_the_secret_and_only_a_test_another_place(
    stand_in: StripeStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: dict[str, Any] = {"HOLDFAST_STRIPE_KEY_SECRET": [API_KEY, "sk_next"]}
    monkeypatch.setattr(connection, "secret_values", keys.__getitem__)
    for name, value in stand_in.variables().items():
        monkeypatch.setenv(name, value)
    assert done(stripe_api().balance()) == {}

    for elsewhere in ("https://example.com", "http://127.0.0.1@example.com", "127.0.0.1"):
        monkeypatch.setenv("HOLDFAST_STRIPE_API_BASE", elsewhere)
        with pytest.raises(SettingsError):
            stripe_api()
    keys["HOLDFAST_STRIPE_KEY_SECRET"] = []
    with pytest.raises(SettingsError):
        stripe_api()
