"""Law 14 with Stripe beside the stack: each day the books are compared with its balance."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from stack.lambdas import FunctionFailed
from stack.stand_ins.stripe import faults
from tests.world.compare_functions import STRIPE, agree, found, new
from tests.world.http.cards import DAY, NOTE, Cards


def test_books_and_stripe_agree_at_every_step_of_a_payment(cards: Cards) -> None:
    cards.funded()
    agree(cards.desk, STRIPE)
    before = len(found(cards.desk))
    made = cards.signed()
    for step in (
        lambda: cards.pay(made),
        cards.send,
        lambda: cards.desk.stack.tick("StripeInboxFunction"),
        lambda: cards.desk.stack.tick("EscrowReportsFunction"),
        lambda: made.done(made.seller, 1, "deliver", NOTE),
        lambda: made.done(made.buyer, 1, "release"),
        lambda: cards.advance(8 * DAY),
        cards.payouts,
        cards.work,
    ):
        step()
        assert cards.desk.stack.tick(STRIPE)["differ"] == 0
    assert [row[1] for row in cards.payments(made.milestones[0])] == ["confirmed"]
    assert len(found(cards.desk)) == before


def test_a_cent_taken_by_hand_at_stripe_is_one_case(cards: Cards) -> None:
    cards.funded()
    agree(cards.desk, STRIPE)
    with cards.stripe.world.lock:
        cards.stripe.books.post("payout", -1, "usd", "po_1")
    assert new(cards.desk, STRIPE) == [("USD", Decimal("-0.01"))]
    cards.advance(DAY)
    assert new(cards.desk, STRIPE) == []
    # It comes back: the bank did not take it.
    with cards.stripe.world.lock:
        cards.stripe.books.post("payout_failure", 1, "usd", "po_1")
    assert cards.desk.stack.tick(STRIPE)["vanished"] == 1
    assert found(cards.desk)[-1] == ("USD", Decimal("-0.01"), "vanished")


def test_a_payment_that_nobody_heard_of_is_a_case_after_two_hours(cards: Cards) -> None:
    made = cards.signed()
    intent = cards.pay(made)
    agree(cards.desk, STRIPE)
    with cards.stripe.world.lock:
        cards.stripe.intents.capture(intent, {})
    assert new(cards.desk, STRIPE) == []
    cards.stripe.webhooks.lose(cards.stripe.webhooks.waiting())
    cards.advance(DAY / 8)
    assert new(cards.desk, STRIPE) == [("USD", Decimal("96.80"))]
    cards.desk.stack.tick("StripePollFunction")
    cards.read()
    assert cards.desk.stack.tick(STRIPE)["vanished"] == 1


def test_a_refund_that_pends_at_stripe_and_one_that_comes_back(cards: Cards) -> None:
    made = cards.funded()
    agree(cards.desk, STRIPE)
    cards.stripe.refunds.delay(1)
    made.done(made.seller, 1, "concede")
    cards.payouts()
    (refund,) = [e for e in cards.stripe.objects("refund") if e["pending_reason"] == "processing"]
    assert new(cards.desk, STRIPE) == []
    cards.advance(DAY)
    assert new(cards.desk, STRIPE) == []
    cards.stripe.refunds.settle(refund["id"])
    cards.advance(DAY)
    assert new(cards.desk, STRIPE) == []
    cards.work()
    assert new(cards.desk, STRIPE) == []
    cards.stripe.refunds.fail(refund["id"])
    assert new(cards.desk, STRIPE) == []
    cards.work()
    assert new(cards.desk, STRIPE) == []


def test_a_chargeback_on_a_live_escrow_is_withheld_and_no_case(cards: Cards) -> None:
    made = cards.funded()
    agree(cards.desk, STRIPE)
    ((intent,),) = cards.rows(
        "select provider_reference from public.deposit_requests where reference_id = %s",
        made.milestones[0],
    )
    dispute = cards.stripe.disputes.open(cards.charge_of(intent))["id"]
    for step in (cards.send, cards.read, cards.work):
        assert new(cards.desk, STRIPE) == []
        step()
    assert new(cards.desk, STRIPE) == []
    cards.stripe.disputes.lose(dispute)
    assert new(cards.desk, STRIPE) == []
    cards.work()
    assert new(cards.desk, STRIPE) == []


@pytest.mark.parametrize("fault", [faults.dropped, faults.fails, faults.too_many])
def test_stripe_that_does_not_answer_is_an_alarm_and_no_case(
    cards: Cards, fault: Callable[[], Any]
) -> None:
    cards.funded()
    agree(cards.desk, STRIPE)
    with cards.stripe.world.lock:
        cards.stripe.books.post("payout", -100, "usd", "po_2")
    before = found(cards.desk)
    cards.stripe.faults.next(fault(), "/v1/balance", method="GET")
    with pytest.raises(FunctionFailed, match="NoFigures"):
        cards.desk.stack.tick(STRIPE)
    assert found(cards.desk) == before
    assert new(cards.desk, STRIPE) == [("USD", Decimal(-1))]


def test_two_who_compare_at_once_find_a_difference_once(cards: Cards) -> None:
    """Beside the function, which runs alone: the database lets one of them wait."""
    cards.funded()
    agree(cards.desk, STRIPE)
    ((held,),) = cards.rows(
        "select (held - 4)::numeric::text from public.rail_comparisons"
        " where currency = 'USD' order by day desc limit 1"
    )
    said = {"rail": "stripe", "as_of": cards.desk.stack.clock.now().isoformat(),
            "held": [{"currency": "USD", "amount": held}]}  # fmt: skip
    before = len(found(cards.desk))

    def compare_once(_: int) -> Any:
        with cards.desk.stack.connect() as connection:
            return connection.execute("select service.rail_compare(%s)", [Jsonb(said)]).fetchone()

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(compare_once, range(4)))
    assert [row[1] for row in found(cards.desk)[before:]] == [Decimal(-4)]


def test_two_runs_at_once_find_a_difference_once(cards: Cards) -> None:
    cards.funded()
    agree(cards.desk, STRIPE)
    with cards.stripe.world.lock:
        cards.stripe.books.post("payout", -250, "usd", "po_3")
    before = len(found(cards.desk))
    with ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(lambda _: cards.desk.stack.tick(STRIPE), range(3)))
    assert sum(run["found"] for run in runs) == 1
    assert [row[1] for row in found(cards.desk)[before:]] == [Decimal("-2.5")]
