"""The stand-in for Stripe, driven by the official library: each cent from charge to dispute."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import stripe

from stack.stand_ins.stripe import Card, StripeStandIn
from tests.rails.stripe_clock import START, Clock
from tests.rails.stripe_sdk import client, differences


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stand_in(clock: Clock) -> Iterator[StripeStandIn]:
    with StripeStandIn(clock) as stand_in:
        yield stand_in
        _books_agree(stand_in)
        _shapes_agree(stand_in)


@pytest.fixture
def sdk(stand_in: StripeStandIn) -> stripe.StripeClient:
    return client(stand_in)


def _books_agree(stand_in: StripeStandIn) -> None:
    """The balance is the sum of the transactions, and each of these has its reason."""
    found = stand_in.objects("balance_transaction")
    for currency, total in stand_in.balance().items():
        assert total == sum(each["net"] for each in found if each["currency"] == currency)
    assert all(each["net"] == each["amount"] - each["fee"] for each in found)

    def amounts(kind: str, field: str = "amount", **wanted: Any) -> int:
        return sum(
            each[field]
            for each in stand_in.objects(kind)
            if each["currency"] == "usd" and wanted.items() <= each.items()
        )

    fees = sum(each["fee"] for each in found if each["currency"] == "usd")
    topped_up = sum(each["amount"] for each in found if each["type"] == "topup")
    assert stand_in.balance().get("usd", 0) == (
        topped_up + amounts("charge", "amount_captured") - fees
        - amounts("transfer") + amounts("transfer_reversal")
        - amounts("refund", status="succeeded")
        - amounts("dispute") + amounts("dispute", status="won")
    )  # fmt: skip


def _shapes_agree(stand_in: StripeStandIn) -> None:
    """Every field exists in the library's class, every one it promises is there."""
    told = [*stand_in.world.objects.values(), stand_in.books.balance()]
    found = {path for each in told for path in differences(each)}
    assert not found, "\n".join(sorted(found))


def _intent(sdk: stripe.StripeClient, amount: int = 10_000, **more: Any) -> stripe.PaymentIntent:
    params: Any = {
        "amount": amount, "currency": "usd", "capture_method": "manual",
        "metadata": {"reference_id": "e-1"}, "transfer_group": "e-1",
    } | more  # fmt: skip
    return sdk.v1.payment_intents.create(params)


def _captured(
    stand_in: StripeStandIn, sdk: stripe.StripeClient, amount: int = 10_000, card: Card = Card.GOOD
) -> stripe.PaymentIntent:
    intent = _intent(sdk, amount)
    stand_in.pay(intent.id, card)
    return sdk.v1.payment_intents.capture(intent.id)


def _transfer(sdk: stripe.StripeClient, account: str, amount: int, **more: Any) -> stripe.Transfer:
    params: Any = {"amount": amount, "currency": "usd", "destination": account} | more
    return sdk.v1.transfers.create(params)


def _refused(ask: Callable[..., Any], *given: Any, **more: Any) -> tuple[int | None, str | None]:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        ask(*given, **more)
    return refused.value.http_status, refused.value.code


def test_money_is_authorised_captured_and_sent_to_the_payee(
    stand_in: StripeStandIn, sdk: stripe.StripeClient, clock: Clock
) -> None:
    intent = _intent(sdk)
    assert (intent.status, intent.client_secret is None) == ("requires_payment_method", False)
    assert stand_in.pay(intent.id)["status"] == "requires_capture"
    assert stand_in.balance() == {}

    intent = sdk.v1.payment_intents.capture(
        intent.id, {"expand": ["latest_charge.balance_transaction"]}
    )
    assert (intent.status, intent.amount_received) == ("succeeded", 10_000)
    charge: Any = intent.latest_charge
    assert (charge.balance_transaction.fee, charge.balance_transaction.net) == (320, 9680)
    assert stand_in.balance() == {"usd": 9680}
    balance = sdk.v1.balance.retrieve()
    assert (balance.available[0].amount, balance.pending[0].amount) == (0, 9680)

    payee = stand_in.accounts.add()
    sent = _transfer(sdk, payee, 9000, source_transaction=charge.id, transfer_group="e-1")
    assert (sent.destination, sent.source_transaction) == (payee, charge.id)
    assert stand_in.accounts.balance(payee) == 9000
    assert [each.id for each in sdk.v1.transfers.list({"transfer_group": "e-1"})] == [sent.id]
    assert sdk.v1.accounts.retrieve(payee).payouts_enabled

    balance = sdk.v1.balance.retrieve()
    assert (balance.available[0].amount, balance.pending[0].amount) == (0, 680)
    clock.advance(days=2)
    balance = sdk.v1.balance.retrieve()
    assert (balance.available[0].amount, balance.pending[0].amount) == (680, 0)


@pytest.mark.parametrize(
    ("amount", "fee"), [(50, 31), (500, 45), (1050, 60), (1051, 60), (999_999, 29_030)]
)
def test_the_fee_is_whole_cents(
    stand_in: StripeStandIn, sdk: stripe.StripeClient, amount: int, fee: int
) -> None:
    _captured(stand_in, sdk, amount)
    assert stand_in.objects("balance_transaction")[0]["fee"] == fee


def test_a_part_is_captured_and_no_more_than_that_is_refunded(
    stand_in: StripeStandIn, sdk: stripe.StripeClient
) -> None:
    intent = _intent(sdk)
    stand_in.pay(intent.id)
    assert _refused(sdk.v1.payment_intents.capture, intent.id, {"amount_to_capture": 10_001}) == (
        400, "amount_too_large",
    )  # fmt: skip
    part = sdk.v1.payment_intents.capture(intent.id, {"amount_to_capture": 4000})
    assert (part.amount_received, part.amount_capturable) == (4000, 0)

    first = sdk.v1.refunds.create({"payment_intent": intent.id, "amount": 1500})
    assert first.status == "succeeded"
    assert _refused(sdk.v1.refunds.create, {"payment_intent": intent.id, "amount": 2501}) == (
        400,
        None,
    )
    assert sdk.v1.refunds.create({"payment_intent": intent.id}).amount == 2500
    assert _refused(sdk.v1.refunds.create, {"payment_intent": intent.id}) == (
        400, "charge_already_refunded",
    )  # fmt: skip
    assert stand_in.objects("charge")[0]["refunded"]


def test_an_authorisation_is_released_by_hand_or_after_seven_days(
    stand_in: StripeStandIn, sdk: stripe.StripeClient, clock: Clock
) -> None:
    by_hand, forgotten = _intent(sdk), _intent(sdk)
    for each in (by_hand, forgotten):
        stand_in.pay(each.id)
    assert sdk.v1.payment_intents.cancel(by_hand.id).status == "canceled"
    clock.advance(days=6, hours=23)
    assert sdk.v1.payment_intents.retrieve(forgotten.id).status == "requires_capture"
    clock.advance(hours=1)
    expired = sdk.v1.payment_intents.retrieve(forgotten.id)
    assert (expired.status, expired.cancellation_reason) == ("canceled", "automatic")
    assert _refused(sdk.v1.payment_intents.capture, forgotten.id) == (
        400, "payment_intent_unexpected_state",
    )  # fmt: skip
    assert stand_in.balance() == {}
    assert len(stand_in.webhooks.all("charge.expired")) == 1


def test_cards_are_declined_questioned_and_tried_again(
    stand_in: StripeStandIn, sdk: stripe.StripeClient
) -> None:
    intent = _intent(sdk)
    declined = stand_in.pay(intent.id, Card.DECLINED)
    assert declined["last_payment_error"]["code"] == "card_declined"
    assert stand_in.pay(intent.id, Card.NEEDS_ACTION)["status"] == "requires_action"
    assert stand_in.intents.prove(intent.id, ok=False)["status"] == "requires_payment_method"
    stand_in.pay(intent.id, Card.NEEDS_ACTION)
    assert stand_in.intents.prove(intent.id)["status"] == "requires_capture"

    with pytest.raises(stripe.CardError) as refused:
        _intent(sdk, confirm=True, payment_method=Card.DECLINED.value)
    assert (refused.value.http_status, refused.value.code) == (402, "card_declined")


def test_transfers_need_a_payee_and_the_money(
    stand_in: StripeStandIn, sdk: stripe.StripeClient, clock: Clock
) -> None:
    charge: Any = _captured(stand_in, sdk).latest_charge
    payee, rejected = stand_in.accounts.add(), stand_in.accounts.add()
    stand_in.accounts.reject(rejected)
    for account, code in (
        ("acct_nobody", "resource_missing"),
        (rejected, "insufficient_capabilities_for_transfer"),
        (payee, "balance_insufficient"),
    ):
        assert _refused(_transfer, sdk, account, 1) == (400, code)
    _transfer(sdk, payee, 9000, source_transaction=charge)
    assert _refused(_transfer, sdk, payee, 1001, source_transaction=charge) == (400, None)
    clock.advance(days=2)
    _transfer(sdk, payee, 680)
    assert _refused(_transfer, sdk, payee, 1)[1] == "balance_insufficient"
    stand_in.books.top_up(1)
    _transfer(sdk, payee, 1)


def test_a_transfer_comes_back_as_far_as_the_payee_still_has_it(
    stand_in: StripeStandIn, sdk: stripe.StripeClient
) -> None:
    charge: Any = _captured(stand_in, sdk).latest_charge
    payee = stand_in.accounts.add()
    sent = _transfer(sdk, payee, 9000, source_transaction=charge)
    stand_in.accounts.spend(payee, 5000)
    assert _refused(sdk.v1.transfers.reversals.create, sent.id)[1] == ("balance_insufficient")
    back = sdk.v1.transfers.reversals.create(sent.id, {"amount": 4000})
    assert (back.amount, back.transfer) == (4000, sent.id)
    assert not sdk.v1.transfers.retrieve(sent.id).reversed


def test_refunds_wait_fail_and_are_paid_when_there_is_money(
    stand_in: StripeStandIn, sdk: stripe.StripeClient
) -> None:
    charge: Any = _captured(stand_in, sdk).latest_charge
    stand_in.refunds.delay()
    waiting = sdk.v1.refunds.create({"charge": charge, "amount": 1000})
    assert (waiting.status, waiting.pending_reason) == ("pending", "processing")
    assert stand_in.refunds.settle(waiting.id)["status"] == "succeeded"
    sent_back = stand_in.refunds.fail(waiting.id)
    assert (sent_back["status"], stand_in.balance()) == ("failed", {"usd": 9680})

    poor = sdk.v1.refunds.create({"charge": charge})
    assert (poor.amount, poor.pending_reason) == (10_000, "insufficient_funds")
    stand_in.books.top_up(320)
    assert sdk.v1.refunds.retrieve(poor.id).status == "succeeded"
    assert stand_in.balance() == {"usd": 0}


def test_a_dispute_takes_money_and_fee_and_is_won_with_evidence(
    stand_in: StripeStandIn, sdk: stripe.StripeClient
) -> None:
    charge: Any = _captured(stand_in, sdk, card=Card.CHARGED_BACK).latest_charge
    (dispute,) = sdk.v1.disputes.list({"charge": charge}).data
    assert (dispute.status, dispute.amount) == ("needs_response", 10_000)
    assert dispute.evidence_details.due_by == int(START.timestamp()) + 7 * 86_400
    assert stand_in.balance() == {"usd": 9680 - 10_000 - 1500}
    assert _refused(sdk.v1.refunds.create, {"charge": charge})[1] == "charge_disputed"

    staged = sdk.v1.disputes.update(
        dispute.id, {"evidence": {"customer_name": "A. Payer"}, "submit": False}
    )
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    sent = sdk.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "Done."}})
    assert (sent.status, sent.evidence.customer_name) == ("under_review", "A. Payer")
    assert _refused(sdk.v1.disputes.update, dispute.id, {"evidence": {"receipt": "file_1"}}) == (
        400,
        None,
    )

    assert stand_in.disputes.win(dispute.id)["status"] == "won"
    assert stand_in.balance() == {"usd": 9680 - 1500}
    kinds = [each["type"] for each in stand_in.webhooks.all() if "dispute" in each["type"]]
    assert kinds == [
        f"charge.dispute.{each}"
        for each in ("created", "funds_withdrawn", "updated", "updated", "closed",
                     "funds_reinstated")
    ]  # fmt: skip


def test_who_does_not_answer_a_dispute_in_time_has_lost(
    stand_in: StripeStandIn, sdk: stripe.StripeClient, clock: Clock
) -> None:
    charge: Any = _captured(stand_in, sdk).latest_charge
    part = stand_in.disputes.open(charge, 3000, due_in=timedelta(hours=1))
    given_up = stand_in.disputes.open(charge, 2000)
    assert sdk.v1.disputes.close(given_up["id"]).status == "lost"
    clock.advance(hours=1)
    assert sdk.v1.disputes.retrieve(part["id"]).status == "lost"
    assert stand_in.balance() == {"usd": 9680 - 5000 - 3000}


def test_what_is_asked_wrongly_is_refused(sdk: stripe.StripeClient) -> None:
    for params, code in (
        ({"amount": 49}, "amount_too_small"),
        ({"amount": 0}, "parameter_invalid_integer"),
        ({"amount": "1.5"}, "parameter_invalid_integer"),
        ({"currency": ""}, "parameter_missing"),
        ({"colour": "red"}, "parameter_unknown"),
        ({"capture_method": "never"}, "parameter_invalid"),
    ):
        given: Any = params
        assert _refused(_intent, sdk, **given) == (400, code)
    assert _refused(sdk.v1.payment_intents.retrieve, "pi_none") == (
        404, "resource_missing",
    )  # fmt: skip
