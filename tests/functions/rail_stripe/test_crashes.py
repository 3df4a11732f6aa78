"""Functions that die around their calls to Stripe, and answers that never come: no payment twice,
none lost."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from stack.lambdas import FunctionFailed
from stack.stand_ins.loopback import Received, Wire
from stack.stand_ins.stripe import faults
from stack.stand_ins.stripe.faults import Fault
from tests.world.http.cards import DAY, Cards
from tests.world.http.market import Contract

Breaks = Callable[[Cards, str], Fault]


def _kill(cards: Cards, function: str) -> Callable[[Wire, Received], None]:
    def behave(wire: Wire, _: Received) -> None:
        cards.desk.stack.lambdas.kill(function)
        wire.leave()

    return behave


BREAKS: dict[str, Breaks] = {
    "dies before the call is done": lambda cards, name: Fault(instead=_kill(cards, name)),
    "dies when it is done": lambda cards, name: Fault(after=_kill(cards, name)),
    "gets no answer": lambda *_: faults.answer_lost(),
    "is cut off": lambda *_: faults.dropped(),
    "gets a failure": lambda *_: faults.fails(),
    "gets a failure of what was done": lambda *_: faults.fails(done=True),
    "asks too often": lambda *_: faults.too_many(),
}


def tick(cards: Cards, function: str) -> None:
    """A tick that may die."""
    try:
        cards.desk.stack.tick(function)
    except FunctionFailed:
        return


def about(cards: Cards, kind: str, made: Contract) -> list[dict[str, object]]:
    """What Stripe has of a kind for the escrow."""
    escrow = made.milestones[0]
    if kind == "refund":
        intent = cards.intent_of(escrow)
        return [each for each in cards.stripe.objects(kind) if each["payment_intent"] == intent]
    return [each for each in cards.stripe.objects(kind) if each["transfer_group"] == escrow]


def recover(cards: Cards) -> None:
    """Time goes on and everybody works: claims end, events come back, keys are forgotten."""
    for wait in (timedelta(minutes=3), timedelta(minutes=12), timedelta(hours=2), DAY):
        cards.advance(wait)
        cards.desk.stack.tick("StripePollFunction")
        cards.work()


@pytest.mark.parametrize("how", BREAKS)
def test_a_payment_of_the_payer_is_made_once(cards: Cards, how: str) -> None:
    made = cards.signed()
    path, key = f"/escrows/{made.milestones[0]}/card-payment", str(uuid4())
    cards.stripe.faults.next(BREAKS[how](cards, "CardPaymentFunction"), "/v1/payment_intents")
    assert cards.desk.post(made.buyer, path, key=key).status in (200, 500, 503)
    again = cards.ask(made, key=key)
    assert cards.ask(made) == again
    ((reference,),) = cards.rows(
        "select provider_reference from public.deposit_requests where reference_id = %s",
        made.milestones[0],
    )
    assert reference == again["provider_reference"]
    # One that was made behind a failure has a secret that nobody knows.
    most = 2 if how == "gets a failure of what was done" else 1
    assert len(about(cards, "payment_intent", made)) <= most
    cards.stripe.pay(reference)
    cards.work()
    assert cards.state(made.milestones[0]) == "funded"
    cards.agrees()


@pytest.mark.parametrize("how", BREAKS)
def test_money_is_captured_once(cards: Cards, how: str) -> None:
    made = cards.signed()
    intent = cards.pay(made)
    cards.send()
    fault = BREAKS[how](cards, "StripeInboxFunction")
    cards.stripe.faults.next(fault, f"/v1/payment_intents/{intent}/capture")
    tick(cards, "StripeInboxFunction")
    # Half a minute later, long before its time to be paid is over.
    for _ in range(2):
        cards.advance(timedelta(minutes=2))
        cards.work()
    assert cards.state(made.milestones[0]) == "funded"
    (charge,) = [each for each in cards.stripe.objects("charge")
                 if each["payment_intent"] == intent]  # fmt: skip
    assert charge["amount_captured"] == 10_000
    cards.agrees()


@pytest.mark.parametrize("how", BREAKS)
def test_incident_01_a_payee_is_paid_once(cards: Cards, how: str) -> None:
    made = cards.delivered()
    made.done(made.buyer, 1, "release")
    cards.stripe.faults.next(BREAKS[how](cards, "StripePayoutsFunction"), "/v1/transfers")
    tick(cards, "StripePayoutsFunction")
    recover(cards)
    assert cards.payments(made.milestones[0]) == [("release", "confirmed", Decimal(95))]
    assert len(about(cards, "transfer", made)) == 1
    cards.agrees()


@pytest.mark.parametrize("how", BREAKS)
def test_a_card_is_refunded_once(cards: Cards, how: str) -> None:
    made = cards.funded()
    made.done(made.seller, 1, "concede")
    cards.stripe.faults.next(BREAKS[how](cards, "StripePayoutsFunction"), "/v1/refunds")
    tick(cards, "StripePayoutsFunction")
    recover(cards)
    assert cards.payments(made.milestones[0]) == [("refund", "confirmed", Decimal(100))]
    assert len(about(cards, "refund", made)) == 1
    cards.agrees()


@pytest.mark.parametrize("kind", ["transfer", "refund"])
def test_a_payment_whose_key_is_forgotten_is_found_by_what_it_bears(
    cards: Cards, kind: str
) -> None:
    """Done, the answer lost, and nobody looks for longer than Stripe keeps our key."""
    made = cards.delivered()
    if kind == "transfer":
        made.done(made.buyer, 1, "release")
    else:
        made.done(made.seller, 1, "concede")
    cards.stripe.faults.next(faults.answer_lost(), f"/v1/{kind}s")
    tick(cards, "StripePayoutsFunction")
    ((state,),) = {each[1:2] for each in cards.payments(made.milestones[0])}
    assert state == "unknown"
    cards.advance(2 * DAY)
    tick(cards, "StripePayoutsFunction")
    ((state,),) = {each[1:2] for each in cards.payments(made.milestones[0])}
    assert state == "confirmed"
    assert len(about(cards, kind, made)) == 1
    cards.agrees()


def test_incident_07_unknown_stays_unknown_while_stripe_does_not_answer(cards: Cards) -> None:
    made = cards.delivered()
    made.done(made.buyer, 1, "release")
    cards.stripe.faults.next(faults.dropped(), "/v1/transfers")
    tick(cards, "StripePayoutsFunction")
    cards.stripe.faults.next(faults.dropped(), "/v1/transfers", method="GET", times=3)
    for _ in range(3):
        cards.advance(timedelta(minutes=10))
        tick(cards, "StripePayoutsFunction")
        assert cards.payments(made.milestones[0]) == [("release", "unknown", Decimal(95))]
    cards.advance(timedelta(hours=2))
    cards.work()
    assert cards.payments(made.milestones[0]) == [("release", "confirmed", Decimal(95))]
    assert len(about(cards, "transfer", made)) == 1


def test_an_event_that_cannot_be_followed_is_given_up_and_told(cards: Cards) -> None:
    made = cards.signed()
    intent = cards.pay(made)
    cards.send()
    path = f"/v1/payment_intents/{intent}"
    cards.stripe.faults.next(faults.dropped(), path, method="GET", times=30)
    failed = 0
    for _ in range(15):
        failed += cards.desk.stack.tick("StripeInboxFunction")["failed"]
        cards.advance(timedelta(hours=6))
    cards.stripe.faults.clear()
    assert failed > 0
    ((status, attempts),) = cards.rows(
        "select distinct w.status, w.attempts from public.webhook_event_work as w"
        " join public.webhook_events as e using (provider, event_id)"
        " where e.body like %s and e.type = 'payment_intent.amount_capturable_updated'",
        f"%{intent}%",
    )  # fmt: skip
    assert (status, attempts) == ("failed", 15)
    # The poller looks at how it stands, events or none; by now its time was over.
    cards.desk.stack.tick("StripePollFunction")
    assert cards.stripe.world.objects[intent]["status"] == "canceled"
