"""Money that a card takes back: chargebacks on live and ended escrows, refunds made elsewhere."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from stack.people import OLGA
from stack.stand_ins.stripe import Card
from stack.stand_ins.stripe.faults import dropped
from tests.world.http.cards import DAY, Cards
from tests.world.http.market import Contract


def opened(cards: Cards, made: Contract, amount: int | None = None, **how: Any) -> str:
    """The payer's bank disputes the payment of the first milestone; the dispute."""
    charge = cards.charge_of(cards.intent_of(made.milestones[0]))
    dispute = cards.stripe.disputes.open(charge, amount, **how)
    cards.work()
    return str(dispute["id"])


def frozen(cards: Cards, made: Contract) -> str | None:
    """Kinds of what holds the first milestone, oldest first; None where nothing does."""
    ((kinds,),) = cards.rows(
        "select string_agg(kind, ' ' order by opened_version) from public.escrow_holds"
        " where escrow_id = %s and closed_at is null", made.milestones[0],
    )  # fmt: skip
    return kinds if kinds is None else str(kinds)


def held(cards: Cards, made: Contract) -> Decimal:
    """What the first milestone holds."""
    ((amount,),) = cards.rows(
        "select amount::numeric from private.escrow_transactions where id = %s", made.milestones[0]
    )
    return Decimal(amount)


def owed(cards: Cards, party: Any) -> Decimal:
    ((left,),) = cards.rows(
        "select coalesce(sum(amount - recovered_amount - cancelled_amount), 0)::numeric"
        " from public.receivables where party_id = %s", party,
    )  # fmt: skip
    return Decimal(left)


def deadline(cards: Cards, made: Contract) -> Any:
    ((at,),) = cards.rows(
        "select deadline_at from private.escrow_transactions where id = %s", made.milestones[0]
    )
    return at


@pytest.mark.parametrize("fee_returned", [False, True])
def test_a_chargeback_freezes_and_a_won_one_gives_the_time_back(
    cards: Cards, fee_returned: bool
) -> None:
    made = cards.delivered()
    before = deadline(cards, made)
    dispute = opened(cards, made)
    assert (cards.state(made.milestones[0]), frozen(cards, made)) == ("performed", "chargeback")
    cards.agrees(withheld="100")
    assert cards.desk.post(
        made.buyer, f"/escrows/{made.milestones[0]}/release"
    ).code == "escrow_frozen"  # fmt: skip
    cards.advance(DAY)
    cards.stripe.disputes.win(dispute, fee_returned=fee_returned)
    cards.work()
    assert (cards.state(made.milestones[0]), frozen(cards, made)) == ("performed", None)
    assert deadline(cards, made) - before >= DAY
    cards.agrees()
    made.done(made.buyer, 1, "release")
    cards.work()
    assert cards.payments(made.milestones[0]) == [("release", "confirmed", Decimal(95))]
    cards.agrees()


def test_a_lost_chargeback_refunds_the_payer_once(cards: Cards) -> None:
    made = cards.funded()
    dispute = opened(cards, made)
    cards.stripe.disputes.lose(dispute)
    cards.work()
    assert cards.state(made.milestones[0]) == "refunded"
    # The bank has paid the payer; nothing more is sent.
    assert cards.payments(made.milestones[0]) == [("rail_return", "confirmed", Decimal(100))]
    intent = cards.intent_of(made.milestones[0])
    assert not [each for each in cards.stripe.objects("refund")
                if each["payment_intent"] == intent]  # fmt: skip
    cards.agrees()


def test_the_rest_of_a_lost_part_is_given_back_by_who_concedes(cards: Cards) -> None:
    made = cards.funded()
    dispute = opened(cards, made, 3000)
    cards.agrees(withheld="30")
    cards.stripe.disputes.lose(dispute)
    cards.work()
    assert cards.state(made.milestones[0]) == "disputed"
    made.done(made.seller, 1, "concede")
    cards.work()
    # Stripe refunds nothing of a charge that was charged back: the payer takes it here.
    assert sorted(cards.payments(made.milestones[0])) == [
        ("rail_return", "confirmed", Decimal(30)), ("refund", "created", Decimal(70)),
    ]  # fmt: skip
    ((payout,),) = cards.rows(
        "select id::text from public.payouts"
        " where id in (select private.payouts_of(%s)) and kind = 'refund'", made.milestones[0],
    )  # fmt: skip
    cards.desk.done(made.buyer, f"/payouts/{payout}/keep")
    assert cards.available(made.buyer) == 70
    cards.agrees()


def test_a_chargeback_that_comes_with_the_payment_freezes_it(cards: Cards) -> None:
    made = cards.signed()
    intent = cards.pay(made, card=Card.CHARGED_BACK)
    cards.work()
    assert (cards.state(made.milestones[0]), frozen(cards, made)) == ("funded", "chargeback")
    cards.agrees(withheld="100")
    dispute = next(each for each in cards.stripe.objects("dispute")
                   if each["payment_intent"] == intent)  # fmt: skip
    cards.stripe.disputes.lose(dispute["id"])
    cards.work()
    assert cards.state(made.milestones[0]) == "refunded"
    cards.agrees()


def test_news_of_a_dispute_in_any_order_opens_it_first(cards: Cards) -> None:
    made = cards.released()
    charge = cards.charge_of(cards.intent_of(made.milestones[0]))
    dispute = cards.stripe.disputes.open(charge)
    cards.stripe.disputes.lose(dispute["id"])
    waiting = cards.stripe.webhooks.waiting()
    cards.send([waiting[-1]])
    cards.read()
    cards.send(waiting[:-1])
    cards.read()
    assert cards.cases(made.milestones[0]) == [("rail_reversal", "upheld", Decimal(100))]
    assert [kind for (kind,) in cards.rows(
        "select kind from public.rail_reports where reference_id = %s order by id",
        made.milestones[0]
    )] == ["funds", "reversal_opened", "reversal_lost"]  # fmt: skip
    cards.agrees()


def test_incident_31_after_release_the_next_payment_is_set_off(
    cards: Cards,
) -> None:
    """The reserve of the payee is empty: it was all paid out."""
    made = cards.released()
    dispute = opened(cards, made)
    assert cards.state(made.milestones[0]) == "released"
    assert cards.cases(made.milestones[0]) == [("rail_reversal", "review", Decimal(100))]
    # What it got; the fee of five is ours to give.
    assert owed(cards, made.seller) == 95
    cards.agrees()
    cards.stripe.disputes.lose(dispute)
    cards.work()
    assert cards.cases(made.milestones[0]) == [("rail_reversal", "upheld", Decimal(100))]
    next_one = sold_again(cards, made.seller, "200")
    assert cards.payments(next_one) == [("release", "confirmed", Decimal(95))]
    assert owed(cards, made.seller) == 0
    cards.agrees()


def test_after_release_a_won_chargeback_gives_back_what_was_set_off(cards: Cards) -> None:
    made = cards.released()
    dispute = opened(cards, made)
    # 57 of the 95 owed are set off against another sale.
    next_one = sold_again(cards, made.seller, "60")
    assert cards.payments(next_one) == []
    assert owed(cards, made.seller) == 38
    cards.stripe.disputes.win(dispute)
    cards.work()
    assert cards.cases(made.milestones[0]) == [("rail_reversal", "dismissed", Decimal(100))]
    assert owed(cards, made.seller) == 0
    cards.advance(3 * DAY)
    cards.work()
    assert ("reinstate", "confirmed", Decimal(57)) in cards.payments(made.milestones[0])
    cards.agrees()


def test_a_partial_chargeback_after_release_takes_what_the_payee_has_left(cards: Cards) -> None:
    """The payee had kept the money at Holdfast: that is the reserve."""
    made = cards.delivered(account=False)
    made.done(made.buyer, 1, "release")
    ((payout,),) = cards.rows(
        "select id::text from public.payouts where id in (select private.payouts_of(%s))",
        made.milestones[0],
    )
    cards.desk.done(made.seller, f"/payouts/{payout}/keep")
    assert cards.available(made.seller) == 95
    dispute = opened(cards, made, 4000)
    assert cards.available(made.seller) == 55
    assert owed(cards, made.seller) == 0
    cards.agrees()
    cards.name_account(made, cards.stripe.accounts.add())
    cards.stripe.disputes.win(dispute)
    cards.work()
    cards.advance(3 * DAY)
    cards.work()
    assert ("reinstate", "confirmed", Decimal(40)) in cards.payments(made.milestones[0])
    cards.agrees()


@pytest.mark.parametrize("ended", [True, False])
def test_a_dispute_above_the_payment_is_booked_to_the_cent(cards: Cards, ended: bool) -> None:
    """What exceeds it is nobody's debt: the platform lost it, and an operator sees a case."""
    made = cards.released() if ended else cards.funded()
    dispute = opened(cards, made, 10_450)
    cards.stripe.disputes.lose(dispute)
    cards.work()
    assert ("discrepancy", "review", Decimal("4.5")) in cards.cases(made.milestones[0])
    assert owed(cards, made.seller) == (95 if ended else 0)
    assert owed(cards, made.buyer) == 0
    assert cards.desk.stack.tick("LedgerVerifyFunction")["discrepancies"] >= 1
    cards.agrees()


def test_a_refund_waits_while_the_charge_is_disputed(cards: Cards) -> None:
    """Stripe refuses it, and the news of why comes after."""
    made = cards.funded()
    charge = cards.charge_of(cards.intent_of(made.milestones[0]))
    made.done(made.seller, 1, "concede")
    dispute = cards.stripe.disputes.open(charge)
    assert cards.payouts()["postponed"] == 1
    assert cards.payments(made.milestones[0]) == [("refund", "created", Decimal(100))]
    cards.work()
    # What was not sent is not sent any more: the payer has the money from the bank.
    assert cards.payments(made.milestones[0]) == [("refund", "kept", Decimal(100))]
    assert cards.available(made.buyer) == owed(cards, made.buyer) == 0
    cards.agrees()
    cards.stripe.disputes.win(dispute["id"])
    cards.work()
    assert ("reinstate", "created", Decimal(100)) in cards.payments(made.milestones[0])
    cards.agrees()


def test_a_refund_nobody_knows_of_does_not_wait_for_a_chargeback_for_ever(cards: Cards) -> None:
    made = cards.funded()
    made.done(made.seller, 1, "concede")
    cards.stripe.faults.next(dropped(), "/v1/refunds")
    cards.payouts()
    assert cards.payments(made.milestones[0]) == [("refund", "unknown", Decimal(100))]
    cards.stripe.disputes.open(cards.charge_of(cards.intent_of(made.milestones[0])))
    cards.advance(timedelta(minutes=1))
    cards.payouts()
    # It was not sent, it cannot be now, and its deadline runs.
    assert cards.payments(made.milestones[0]) == [("refund", "failed_final", Decimal(100))]
    cards.work()
    # The bank has given the payer the money.
    assert cards.payments(made.milestones[0]) == [("refund", "kept", Decimal(100))]
    assert cards.available(made.buyer) == 0
    cards.agrees()


def test_a_refund_in_the_dashboard_ends_a_live_escrow(cards: Cards) -> None:
    made = cards.funded()
    refund(cards, made, 10_000)
    cards.work()
    assert cards.state(made.milestones[0]) == "refunded"
    assert cards.payments(made.milestones[0]) == [("rail_return", "confirmed", Decimal(100))]
    cards.agrees()


def test_goodwill_in_the_dashboard_leaves_the_rest_as_it_was(cards: Cards) -> None:
    made = cards.delivered()
    refund(cards, made, 500)
    cards.work()
    assert cards.state(made.milestones[0]) == "performed"
    cards.agrees()
    made.done(made.buyer, 1, "release")
    cards.work()
    paid = cards.payments(made.milestones[0])
    assert ("rail_return", "confirmed", Decimal(5)) in paid
    # Five are gone; of the other 95 the seller has all but the fee.
    assert [each[2] for each in paid if each[0] == "release"] == [Decimal("90.25")]
    assert cards.available(made.buyer) == 0
    cards.agrees()


def test_a_large_part_in_the_dashboard_opens_a_dispute_about_the_rest(cards: Cards) -> None:
    made = cards.delivered()
    refund(cards, made, 2500)
    cards.work()
    assert cards.state(made.milestones[0]) == "disputed"
    assert cards.payments(made.milestones[0]) == [("rail_return", "confirmed", Decimal(25))]
    cards.agrees()
    made.done(made.seller, 1, "concede")
    cards.work()
    assert ("refund", "confirmed", Decimal(75)) in cards.payments(made.milestones[0])
    cards.agrees()


def test_goodwill_that_the_bank_sends_back_is_held_again(cards: Cards) -> None:
    made = cards.delivered()
    refund(cards, made, 500)
    cards.work()
    cards.stripe.refunds.fail(str(refunds_of(cards, made)[-1]["id"]))
    cards.work()
    assert held(cards, made) == 100
    cards.agrees()


@pytest.mark.parametrize(("amount", "state"), [(500, "performed"), (3000, "disputed")])
def test_a_lost_part_takes_its_part_only_and_may_be_won_after_all(
    cards: Cards, amount: int, state: str
) -> None:
    made = cards.delivered()
    dispute = opened(cards, made, amount)
    assert frozen(cards, made) == "chargeback"
    cards.stripe.disputes.lose(dispute)
    cards.work()
    assert (cards.state(made.milestones[0]), frozen(cards, made)) == (state, None)
    assert held(cards, made) == 100 - Decimal(amount) / 100
    cards.agrees()
    cards.stripe.disputes.overturn(dispute)
    cards.work()
    assert held(cards, made) == 100
    cards.agrees()


def test_two_disputes_on_one_charge_are_two_reasons(cards: Cards) -> None:
    made = cards.delivered()
    first, second = opened(cards, made, 4000), opened(cards, made, 500)
    assert frozen(cards, made) == "chargeback chargeback"
    cards.stripe.disputes.win(first)
    cards.work()
    assert frozen(cards, made) == "chargeback"
    cards.agrees(withheld="5")
    cards.stripe.disputes.lose(second)
    cards.work()
    assert (cards.state(made.milestones[0]), frozen(cards, made)) == ("performed", None)
    assert held(cards, made) == 95
    cards.agrees()


def test_an_order_to_freeze_outlives_the_chargeback_that_was_there_first(cards: Cards) -> None:
    made = cards.delivered()
    dispute = opened(cards, made)
    escrow = f"/escrows/{made.milestones[0]}"
    cards.desk.done(OLGA.id, f"{escrow}/freeze", {"reason": "a forged passport"})
    cards.stripe.disputes.win(dispute)
    cards.work()
    assert frozen(cards, made) == "operator"
    assert cards.desk.post(made.buyer, f"{escrow}/release").code == "escrow_frozen"
    told = f"/escrow_holds?escrow_id=eq.{made.milestones[0]}&closed_at=is.null"
    (hold,) = cards.desk.read(made.buyer, f"{told}&select=id,kind,ends_at,at_end")
    assert (hold["kind"], hold["at_end"]) == ("operator", "lift")
    second = opened(cards, made)
    cards.desk.done(OLGA.id, f"{escrow}/unfreeze", {"hold_id": hold["id"]})
    assert frozen(cards, made) == "chargeback"
    assert cards.desk.post(OLGA.id, f"{escrow}/unfreeze").code == "hold_not_open"
    cards.stripe.disputes.win(second)
    cards.work()
    made.done(made.buyer, 1, "release")
    cards.agrees()


@pytest.mark.parametrize("escalates", [False, True])
def test_an_inquiry_holds_until_it_is_over_or_a_chargeback(cards: Cards, escalates: bool) -> None:
    made = cards.delivered()
    charge = cards.charge_of(cards.intent_of(made.milestones[0]))
    asked = str(cards.stripe.disputes.ask(charge)["id"])
    cards.work()
    assert frozen(cards, made) == "inquiry"
    cards.agrees()
    if escalates:
        cards.stripe.disputes.escalate(asked)
        cards.work()
        assert frozen(cards, made) == "chargeback"
        cards.stripe.disputes.win(asked)
    else:
        cards.stripe.disputes.let_go(asked)
    cards.work()
    assert frozen(cards, made) is None
    assert held(cards, made) == 100
    cards.agrees()


def test_a_refund_in_the_dashboard_after_release_is_a_case(cards: Cards) -> None:
    made = cards.released()
    refund(cards, made, 10_000)
    cards.work()
    assert cards.cases(made.milestones[0]) == [("rail_reversal", "upheld", Decimal(100))]
    assert owed(cards, made.seller) == 95
    cards.agrees()


def test_a_refund_that_the_bank_sends_back_is_in_the_balance(cards: Cards) -> None:
    made = cards.funded()
    made.done(made.seller, 1, "concede")
    cards.work()
    assert cards.payments(made.milestones[0]) == [("refund", "confirmed", Decimal(100))]
    cards.stripe.refunds.fail(str(refunds_of(cards, made)[-1]["id"]))
    cards.work()
    assert cards.available(made.buyer) == 100
    assert cards.cases(made.milestones[0]) == [("payout", "review", Decimal(100))]
    cards.agrees()


def test_a_refund_that_fails_before_it_was_paid_is_a_case(cards: Cards) -> None:
    made = cards.funded()
    cards.stripe.refunds.delay()
    made.done(made.seller, 1, "concede")
    cards.work()
    cards.stripe.refunds.fail(str(refunds_of(cards, made)[-1]["id"]))
    cards.work()
    assert cards.payments(made.milestones[0]) == [("refund", "failed_final", Decimal(100))]
    assert cards.cases(made.milestones[0]) == [("payout", "review", Decimal(100))]
    cards.agrees()


def test_a_transfer_reversed_in_the_dashboard_is_in_the_payees_balance(cards: Cards) -> None:
    made = cards.released()
    transfer = next(each for each in cards.stripe.objects("transfer")
                    if each["transfer_group"] == made.milestones[0])  # fmt: skip
    for amount in (2000, 500):
        reverse(cards, transfer["id"], amount)
        cards.work()
    assert cards.available(made.seller) == 25
    assert cards.cases(made.milestones[0]) == [
        ("payout", "review", Decimal(20)), ("payout", "review", Decimal(5)),
    ]  # fmt: skip
    cards.agrees()


def test_evidence_is_handed_in_once_three_days_before_it_is_due(cards: Cards) -> None:
    made = cards.delivered()
    dispute = opened(cards, made, due_in=timedelta(days=7))
    poll(cards)
    assert submissions(cards, dispute) == 0
    cards.advance(4 * DAY + timedelta(hours=1))
    poll(cards)
    assert submissions(cards, dispute) == 1
    evidence = cards.stripe.world.objects[dispute]["evidence"]
    assert made.document_hash in evidence["product_description"]
    for role in ("buyer", "seller"):
        assert f"Signed by the {role} at " in evidence["product_description"]
    assert "ab" * 32 in evidence["uncategorized_text"]
    assert "The group is yours" in evidence["uncategorized_text"]
    assert " perform by payee" in evidence["access_activity_log"]
    assert sum(len(each) for each in evidence.values() if isinstance(each, str)) < 150_000
    poll(cards)
    sent = [each for each in cards.stripe.received
            if each.method == "POST" and each.path == f"/v1/disputes/{dispute}"]  # fmt: skip
    assert len(sent) == 1


def test_evidence_that_somebody_handed_in_stays(cards: Cards) -> None:
    made = cards.released()
    dispute = opened(cards, made, due_in=timedelta(days=2))
    with cards.stripe.world.lock:
        cards.stripe.disputes.update(dispute, {"evidence": {"receipt": "file_1"}})
    poll(cards)
    assert outcome(cards, dispute) == "submitted_before"
    assert cards.stripe.world.objects[dispute]["evidence"]["product_description"] is None


def test_who_has_not_performed_has_no_evidence(cards: Cards) -> None:
    made = cards.funded()
    dispute = opened(cards, made, due_in=timedelta(days=2))
    poll(cards)
    assert submissions(cards, dispute) == 0
    assert outcome(cards, dispute) is None


def sold_again(cards: Cards, seller: Any, amount: str) -> str:
    """The same seller sells something else, by card; the escrow."""
    made = cards.signed((amount,), account=False, seller=seller)
    cards.pay(made)
    cards.work()
    made.done(made.seller, 1, "deliver", {"note": "Here."})
    made.done(made.buyer, 1, "release")
    cards.work()
    return made.milestones[0]


def refund(cards: Cards, made: Contract, amount: int) -> None:
    with cards.stripe.world.lock:
        intent = cards.intent_of(made.milestones[0])
        cards.stripe.refunds.create({"payment_intent": intent, "amount": amount})


def reverse(cards: Cards, transfer: str, amount: int) -> None:
    body = {"amount": amount}
    answer = cards.http.post(
        f"{cards.stripe.url}/v1/transfers/{transfer}/reversals", data=body,
        headers={"authorization": f"Bearer {cards.stripe.api_key}",
                 "idempotency-key": str(uuid4())},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text


def refunds_of(cards: Cards, made: Contract) -> list[dict[str, Any]]:
    intent = cards.intent_of(made.milestones[0])
    return [each for each in cards.stripe.objects("refund") if each["payment_intent"] == intent]


def poll(cards: Cards) -> Any:
    polled = cards.desk.stack.tick("StripePollFunction")
    assert polled["failed"] == 0
    return polled


def submissions(cards: Cards, dispute: str) -> int:
    return int(cards.stripe.world.objects[dispute]["evidence_details"]["submission_count"])


def outcome(cards: Cards, dispute: str) -> str | None:
    rows = cards.rows(
        "select outcome from private.chargeback_evidence where reference = %s", dispute
    )
    return str(rows[0][0]) if rows else None
