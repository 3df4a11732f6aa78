"""A contract paid by card, from the payer's question to the payee's account."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from stack.people import OLGA
from stack.stand_ins.stripe import Card
from tests.world.http.cards import NOTE, Cards

SWEEP = "EscrowExpireFunction"
_OPERATOR = OLGA.id


def test_a_contract_with_milestones_is_paid_by_card_and_paid_out(cards: Cards) -> None:
    made = cards.funded(("100", "50.50"))
    cards.agrees()
    for number in (1, 2):
        made.done(made.seller, number, "deliver", NOTE)
    made.done(made.buyer, 1, "release")
    made.done(made.seller, 2, "concede")
    cards.work()
    assert made.status() == "completed"
    # 5 percent of what is released; a card is refunded in full.
    assert cards.payments(made.milestones[0]) == [("release", "confirmed", Decimal(95))]
    assert cards.payments(made.milestones[1]) == [("refund", "confirmed", Decimal("50.5"))]
    (transfer,) = [
        each for each in cards.stripe.objects("transfer")
        if each["transfer_group"] == made.milestones[0]
    ]  # fmt: skip
    assert transfer["amount"] == cards.stripe.accounts.balance(transfer["destination"]) == 9500
    assert transfer["source_transaction"] == cards.charge_of(cards.intent_of(made.milestones[0]))
    cards.agrees()


@pytest.mark.parametrize("currency", ["EUR", "GBP"])
def test_other_currencies_have_books_of_their_own(cards: Cards, currency: str) -> None:
    made = cards.released(currency=currency)
    assert cards.payments(made.milestones[0]) == [("release", "confirmed", Decimal(95))]
    cards.agrees()


def test_asked_again_it_is_the_same_payment(cards: Cards) -> None:
    made = cards.signed()
    key = str(uuid4())
    first, replayed = (cards.ask(made, key=key) for _ in range(2))
    assert first == replayed
    assert first["client_secret"].startswith(f"{first['provider_reference']}_secret_")
    # Stripe forgets our key in time; the payment stays the one it was.
    cards.forget_keys()
    assert cards.ask(made)["provider_reference"] == first["provider_reference"]
    intents = [each for each in cards.stripe.objects("payment_intent")
               if each["transfer_group"] == made.milestones[0]]  # fmt: skip
    assert len(intents) == 1
    assert (intents[0]["amount"], intents[0]["capture_method"]) == (10_000, "manual")


def test_only_the_payer_asks_and_only_while_money_is_awaited(cards: Cards) -> None:
    made = cards.signed()
    path = f"/escrows/{made.milestones[0]}/card-payment"
    post = cards.desk.post
    assert post(made.seller, path).code == "not_your_move"
    assert post(cards.desk.stack.create_user(), path).status in (403, 404)
    assert post(None, path).code == "unauthorized"
    assert post(made.buyer, f"/escrows/{uuid4()}/card-payment").code == "escrow_not_found"
    made.done(made.buyer, 1, "cancel")
    assert post(made.buyer, path).code == "not_awaiting_funds"


def test_events_twice_and_in_reverse_order_do_it_once(cards: Cards) -> None:
    made = cards.signed()
    cards.pay(made)
    cards.send()
    cards.read()
    events = cards.stripe.webhooks.all()
    for _ in range(2):
        assert set(cards.send(reversed(events))) == {200}
    cards.read()
    assert cards.state(made.milestones[0]) == "funded"
    ((reports, costs),) = cards.rows(
        "select (select count(*) from public.rail_reports where reference_id = %s),"
        " (select count(*) from private.rail_costs where provider_event_id = %s)",
        made.milestones[0], cards.charge_of(cards.intent_of(made.milestones[0])),
    )  # fmt: skip
    assert (reports, costs) == (1, 1)
    cards.agrees()


def test_events_that_never_come_are_found_by_the_poller(cards: Cards) -> None:
    made = cards.signed()
    cards.pay(made)
    cards.stripe.webhooks.lose(cards.stripe.webhooks.waiting())
    cards.read()
    assert cards.state(made.milestones[0]) == "awaiting_funds"
    assert cards.desk.stack.tick("StripePollFunction")["found"] > 0
    cards.read()
    assert cards.state(made.milestones[0]) == "funded"
    sources = cards.rows(
        "select distinct source from public.webhook_event_work where detail = 'succeeded'"
    )
    assert ("poller",) in sources
    # Looked at again, there is nothing new but what our capture caused.
    cards.desk.stack.tick("StripePollFunction")
    assert cards.desk.stack.tick("StripePollFunction")["found"] == 0


def test_a_payment_of_which_no_event_tells_is_looked_at(cards: Cards) -> None:
    made = cards.signed()
    cards.pay(made)
    cards.stripe.webhooks.lose(cards.stripe.webhooks.waiting())
    # Not even the list of events has them.
    with cards.stripe.world.lock:
        for event in cards.stripe.world.of("event"):
            del cards.stripe.world.objects[event["id"]]
    cards.advance(timedelta(minutes=11))
    assert cards.desk.stack.tick("StripePollFunction")["polled"] >= 1
    cards.read()
    assert cards.state(made.milestones[0]) == "funded"
    cards.agrees()


def test_incident_11_who_pays_too_late_is_never_charged(cards: Cards) -> None:
    made = cards.signed()
    intent = str(cards.ask(made)["provider_reference"])
    cards.advance(timedelta(days=3, minutes=1))
    cards.stripe.pay(intent)
    cards.work()
    assert cards.stripe.world.objects[intent]["status"] == "canceled"
    cards.desk.stack.tick(SWEEP)
    assert cards.state(made.milestones[0]) == "void"
    assert cards.cases(made.milestones[0]) == []
    cards.agrees()


def test_a_payment_nobody_made_is_closed_with_its_escrow(cards: Cards) -> None:
    made = cards.signed()
    intent = str(cards.ask(made)["provider_reference"])
    made.done(made.buyer, 1, "cancel")
    cards.advance(timedelta(minutes=11))
    cards.desk.stack.tick("StripePollFunction")
    assert cards.stripe.world.objects[intent]["status"] == "canceled"
    assert cards.desk.post(
        made.buyer, f"/escrows/{made.milestones[0]}/card-payment"
    ).code == "not_awaiting_funds"  # fmt: skip


def test_incident_14_a_capture_that_races_the_timeout_is_refunded(cards: Cards) -> None:
    made = cards.signed()
    cards.pay(made)
    cards.send()
    # The inbox captures; before the engine hears of it the time is over.
    cards.desk.stack.tick("StripeInboxFunction")
    cards.advance(timedelta(days=3, minutes=1))
    cards.desk.stack.tick(SWEEP)
    assert cards.state(made.milestones[0]) == "void"
    cards.work()
    assert cards.cases(made.milestones[0]) == [("late_funds", "review", Decimal(100))]
    assert cards.payments(made.milestones[0]) == [("return", "confirmed", Decimal(100))]
    cards.agrees()


def test_a_frozen_escrow_takes_no_money_and_loses_none(cards: Cards) -> None:
    made = cards.signed()
    intent = cards.pay(made)
    freeze = f"/escrows/{made.milestones[0]}"
    cards.desk.done(_OPERATOR, f"{freeze}/freeze", {"reason": "compliance"})
    cards.work()
    assert cards.stripe.world.objects[intent]["status"] == "requires_capture"
    cards.desk.done(_OPERATOR, f"{freeze}/unfreeze")
    cards.advance(timedelta(minutes=11))
    cards.desk.stack.tick("StripePollFunction")
    cards.work()
    assert cards.state(made.milestones[0]) == "funded"
    cards.agrees()


def test_a_declined_card_may_try_again(cards: Cards) -> None:
    made = cards.signed()
    intent = cards.pay(made, card=Card.DECLINED)
    cards.work()
    assert cards.state(made.milestones[0]) == "awaiting_funds"
    cards.stripe.pay(intent, Card.NEEDS_ACTION)
    cards.work()
    cards.stripe.intents.prove(intent)
    cards.work()
    assert cards.state(made.milestones[0]) == "funded"


def test_a_payee_names_the_account_later(cards: Cards) -> None:
    made = cards.delivered(account=False)
    made.done(made.buyer, 1, "release")
    cards.work()
    assert cards.payments(made.milestones[0]) == [("release", "created", Decimal(95))]
    cards.agrees()
    rejected = cards.stripe.accounts.add()
    cards.stripe.accounts.reject(rejected)
    cards.name_account(made, rejected)
    cards.work()
    assert cards.payments(made.milestones[0]) == [("release", "failed_final", Decimal(95))]
    assert cards.cases(made.milestones[0]) == [("payout", "review", Decimal(95))]
    cards.name_account(made, cards.stripe.accounts.add())
    ((payout,),) = cards.rows(
        "select id::text from public.payouts where id in (select private.payouts_of(%s))",
        made.milestones[0],
    )
    cards.desk.done(made.seller, f"/payouts/{payout}/retry")
    cards.work()
    assert cards.payments(made.milestones[0]) == [("release", "confirmed", Decimal(95))]
    cards.agrees()


def test_a_slow_refund_is_paid_when_the_bank_has_taken_it(cards: Cards) -> None:
    made = cards.funded()
    cards.stripe.refunds.delay()
    made.done(made.seller, 1, "concede")
    cards.work()
    assert cards.payments(made.milestones[0]) == [("refund", "submitted", Decimal(100))]
    cards.agrees()
    refund = cards.stripe.objects("refund")[-1]["id"]
    cards.stripe.refunds.settle(refund)
    cards.work()
    assert cards.payments(made.milestones[0]) == [("refund", "confirmed", Decimal(100))]
    cards.agrees()


def test_an_event_that_lies_about_its_object_moves_nothing(cards: Cards) -> None:
    """What is signed may still be old, or of another account: only Stripe's answer counts."""
    made = cards.signed()
    intent = str(cards.ask(made)["provider_reference"])
    lie = cards.stripe.world.objects[intent] | {"status": "succeeded", "amount_received": 10_000}
    said = [
        event("payment_intent.succeeded", about)
        for about in (lie, {**lie, "id": "pi_nobody"}, {"id": ["pi"]}, {}, {"id": None})
    ]
    said.append(event("shoe.untied", {"id": "shoe_1"}))
    assert set(cards.send(said)) == {200}
    cards.read()
    assert cards.state(made.milestones[0]) == "awaiting_funds"
    statuses = dict(cards.rows(
        "select event_id, status from public.webhook_event_work where event_id = any (%s)",
        [each["id"] for each in said],
    ))  # fmt: skip
    assert [statuses[each["id"]] for each in said] == ["done"] + ["ignored"] * 5
    cards.agrees()


def event(kind: str, about: dict[str, Any]) -> dict[str, Any]:
    """An event that Stripe does not know."""
    return {
        "id": f"evt_{uuid4().hex}", "object": "event", "type": kind, "created": 1_700_000_000,
        "data": {"object": about},
    }  # fmt: skip
