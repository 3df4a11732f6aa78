"""What happens to an escrow that is paid by card, at the bank and at Stripe."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from decimal import Decimal
from typing import Any

from stack.stand_ins.stripe import Card
from stack.stand_ins.stripe.errors import ApiError
from tests.rails_day.day import Day, Part
from tests.rails_day.deals import name_account

Word = Callable[[Day, Part, int], None]
_OPEN = ("needs_response", "under_review")


def intent_of(day: Day, part: Part) -> str | None:
    """The payment of an escrow at Stripe, if one was asked for."""
    found = day.rows(
        "select provider_reference from public.deposit_requests where reference_id = %s",
        part.escrow,
    )
    return str(found[0][0]) if found and found[0][0] else None


def _pays(card: Card) -> Word:
    def word(day: Day, part: Part, trouble: int) -> None:
        day.ask(part.deal.buyer, f"/escrows/{part.escrow}/card-payment", trouble=trouble)
        if intent := intent_of(day, part):
            with suppress(ApiError):
                day.stripe.pay(intent, card)
            with suppress(ApiError):
                day.stripe.intents.prove(intent)

    return word


def _charge(day: Day, part: Part) -> dict[str, Any] | None:
    intent = intent_of(day, part)
    charges = [
        each for each in day.stripe.objects("charge")
        if each["payment_intent"] == intent and each["captured"]
    ]  # fmt: skip
    return charges[-1] if charges else None


def disputes(day: Day, part: Part, statuses: Iterable[str] = _OPEN) -> list[dict[str, Any]]:
    """Chargebacks of an escrow that stand so."""
    intent = intent_of(day, part)
    return [
        each for each in day.stripe.objects("dispute")
        if each["payment_intent"] == intent and each["status"] in statuses
    ]  # fmt: skip


def _chargeback(share: Decimal) -> Word:
    def word(day: Day, part: Part, trouble: int) -> None:
        charge = _charge(day, part)
        if charge and not charge["disputed"]:
            day.stripe.disputes.open(charge["id"], int(charge["amount_captured"] * share))

    return word


def _bank_for_us(day: Day, part: Part, trouble: int) -> None:
    for dispute in disputes(day, part):
        day.stripe.disputes.win(dispute["id"], fee_returned=bool(trouble % 2))


def _bank_for_payer(day: Day, part: Part, trouble: int) -> None:
    for dispute in disputes(day, part):
        day.stripe.disputes.lose(dispute["id"])


def _refunds(day: Day, part: Part, *statuses: str) -> list[dict[str, Any]]:
    intent = intent_of(day, part)
    return [
        each for each in day.stripe.objects("refund")
        if each["payment_intent"] == intent and each["status"] in statuses
    ]  # fmt: skip


def _slow_refunds(day: Day, part: Part, trouble: int) -> None:
    day.stripe.refunds.delay(2)


def _refund_arrives(day: Day, part: Part, trouble: int) -> None:
    for refund in _refunds(day, part, "pending"):
        if refund["pending_reason"] == "processing":
            day.stripe.refunds.settle(refund["id"])


def _refund_fails(day: Day, part: Part, trouble: int) -> None:
    for refund in _refunds(day, part, "pending", "succeeded")[-1:]:
        day.stripe.refunds.fail(refund["id"])


def _refunded_by_hand(day: Day, part: Part, trouble: int) -> None:
    if intent := intent_of(day, part):
        with day.stripe.world.lock, suppress(ApiError):
            day.stripe.refunds.create({"payment_intent": intent})


def _account_rejected(day: Day, part: Part, trouble: int) -> None:
    day.stripe.accounts.reject(part.deal.accounts[-1])


def _new_account(day: Day, part: Part, trouble: int) -> None:
    name_account(day, part.deal)


PAYS: dict[str, Word] = {
    "card pays": _pays(Card.GOOD),
    "card pays again": _pays(Card.GOOD),
    "card declined": _pays(Card.DECLINED),
    "card asks its holder": _pays(Card.NEEDS_ACTION),
    "card charges back": _pays(Card.CHARGED_BACK),
}
MISHAPS: dict[str, Word] = {
    "chargeback": _chargeback(Decimal(1)),
    "chargeback of a part": _chargeback(Decimal("0.3")),
    "bank for us": _bank_for_us,
    "bank for payer": _bank_for_payer,
    "slow refunds": _slow_refunds,
    "refund arrives": _refund_arrives,
    "refund fails": _refund_fails,
    "refunded by hand": _refunded_by_hand,
    "account rejected": _account_rejected,
    "new account": _new_account,
}
