"""Money that moves at Stripe and is no report of an escrow: booked to losses, shown to operators,
and our books and those of Stripe agree to the cent (law 9, entry 8)."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest

from stack.people import OLGA
from tests.world.http.cards import Cards
from tests.world.http.market import Contract


@contextmanager
def settled_in_dollars(cards: Cards) -> Iterator[None]:
    """Stripe has no balance in euros for us: one is 1.08 dollars."""
    cards.stripe.books.settles_in["eur"] = ("usd", Fraction(108, 100))
    yield
    del cards.stripe.books.settles_in["eur"]


def told(cards: Cards, escrow_id: str) -> list[Any]:
    """Reason, currency and amount of what fits nothing of an escrow, oldest first."""
    return cards.rows(
        "select reason, currency, amount::numeric from public.escrow_cases"
        " where escrow_id = %s and kind = 'discrepancy' order by id", escrow_id,
    )  # fmt: skip


def unmatched(cards: Cards, transfer: str) -> list[tuple[Any, ...]]:
    """What operators read of a transfer that names no escrow, oldest first."""
    return cards.rows(
        "select report ->> 'amount', refusal, outcome from public.refused_reports"
        " where report ->> 'reference' = %s order by id", transfer,
    )  # fmt: skip


def post(cards: Cards, path: str, **fields: Any) -> dict[str, Any]:
    """Somebody acts in the dashboard."""
    answer = cards.http.post(
        f"{cards.stripe.url}/v1/{path}", data=fields,
        headers={"authorization": f"Bearer {cards.stripe.api_key}",
                 "idempotency-key": str(uuid4())},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


def send(cards: Cards, amount: int, **fields: Any) -> str:
    account = cards.stripe.accounts.add()
    made = post(cards, "transfers", amount=amount, currency="usd", destination=account, **fields)
    cards.work()
    return str(made["id"])


@pytest.mark.parametrize("end", ["release", "concede"])
def test_money_settled_in_another_currency_is_in_the_books_of_both(cards: Cards, end: str) -> None:
    with settled_in_dollars(cards):
        made = cards.funded(currency="EUR")
        assert told(cards, made.milestones[0]) == [
            ("settled_as_another", "EUR", 100), ("settled_as_another", "USD", -108),
        ]  # fmt: skip
        cards.agrees()
        if end == "release":
            made.done(made.seller, 1, "deliver", {"note": "Here."})
        made.done(made.buyer if end == "release" else made.seller, 1, end)
        cards.work()
        out, paid = {"release": (95, "102.6"), "concede": (100, "108")}[end]
        assert told(cards, made.milestones[0])[2:] == [
            ("settled_as_another", "EUR", -out), ("settled_as_another", "USD", Decimal(paid)),
        ]  # fmt: skip
        cards.agrees()


def test_a_chargeback_settled_in_another_currency_is_too(cards: Cards) -> None:
    with settled_in_dollars(cards):
        made = cards.funded(currency="EUR")
        charge = cards.charge_of(cards.intent_of(made.milestones[0]))
        dispute = cards.stripe.disputes.open(charge)
        cards.stripe.disputes.lose(dispute["id"])
        cards.work()
        assert cards.state(made.milestones[0]) == "refunded"
        cards.agrees()


def test_a_transfer_by_hand_is_booked_and_shown(cards: Cards) -> None:
    """Of no escrow: a row that stands open until an operator closes it."""
    transfer = send(cards, 2000)
    assert unmatched(cards, transfer) == [("20", "no_escrow", None)]
    cards.agrees()
    post(cards, f"transfers/{transfer}/reversals", amount=500)
    cards.work()
    assert [row[0] for row in unmatched(cards, transfer)] == ["20", "-5"]
    cards.agrees()
    for (row,) in cards.rows(
        "select id::text from public.refused_reports where report ->> 'reference' = %s", transfer
    ):
        body = {"event": "dismiss", "reason": "paid the printer"}
        cards.desk.done(OLGA.id, f"/refused-reports/{row}/close", body)
    assert [row[2] for row in unmatched(cards, transfer)] == ["dismissed"] * 2


def test_a_transfer_by_hand_for_an_escrow_is_a_case_of_it(cards: Cards) -> None:
    made = cards.funded()
    transfer = send(cards, 2000, transfer_group=made.milestones[0])
    assert told(cards, made.milestones[0]) == [("sent_by_hand", "USD", 20)]
    post(cards, f"transfers/{transfer}/reversals")
    cards.work()
    assert told(cards, made.milestones[0])[1:] == [("sent_by_hand", "USD", -20)]
    cards.agrees()


def test_a_payment_that_was_made_twice_is_a_case_and_so_is_its_return(cards: Cards) -> None:
    """The second bears the name of our payment, and is not the one that was recorded."""
    made = cards.released()
    cards.agrees()
    payout = _payout(cards, made)
    group = {"metadata[key]": f"payout:{payout}:7", "metadata[group_id]": made.milestones[0]}
    transfer = send(cards, 9500, transfer_group=made.milestones[0], **group)
    assert told(cards, made.milestones[0]) == [("paid_beside", "USD", 95)]
    cards.agrees()
    post(cards, f"transfers/{transfer}/reversals", amount=9000)
    cards.work()
    assert told(cards, made.milestones[0])[1:] == [("paid_beside", "USD", -90)]
    # The payee keeps what it earned, and has nothing of the second.
    assert cards.available(made.seller) == 0
    assert cards.payments(made.milestones[0]) == [("release", "confirmed", Decimal(95))]
    cards.agrees()


def test_a_payment_of_nobody_is_a_case(cards: Cards) -> None:
    made = cards.funded()
    send(cards, 1000, transfer_group=made.milestones[0], **{"metadata[key]": f"payout:{uuid4()}:1"})
    assert told(cards, made.milestones[0]) == [("paid_beside", "USD", 10)]
    cards.agrees()


def _payout(cards: Cards, made: Contract) -> str:
    ((found,),) = cards.rows(
        "select id::text from public.payouts where id in (select private.payouts_of(%s))",
        made.milestones[0],
    )
    return str(found)
