"""What the people of a deal do, and those who decide it. What is not their move is refused."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from stack.people import OLGA
from tests.rails_day.day import Day, Part

Word = Callable[[Day, Part, int], None]
_GROUNDS = "The pictures show 40 percent of what was agreed."


def _says(role: str, word: str, **body: str) -> Word:
    def says(day: Day, part: Part, trouble: int) -> None:
        who = {"buyer": part.deal.buyer, "seller": part.deal.seller, "olga": OLGA.id}[role]
        day.ask(who, f"/escrows/{part.escrow}/{word}", body)

    return says


def held(day: Day, part: Part) -> Decimal:
    """What an escrow is about; less than agreed after a partial funding."""
    (amount,) = day.rows(
        "select amount::numeric from private.escrow_transactions where id = %s", part.escrow
    )[0]
    return Decimal(amount)


def _all(*words: Word) -> Word:
    def word(day: Day, part: Part, trouble: int) -> None:
        for each in words:
            each(day, part, trouble)

    return word


def _split(day: Day, part: Part, trouble: int) -> None:
    body = {"payee_amount": str((held(day, part) * Decimal("0.6")).quantize(Decimal("0.01")))}
    offered = day.ask(part.deal.seller, f"/escrows/{part.escrow}/offer-split", body)
    if offered.status < 300:
        found = day.rows(
            "select id::text from public.escrow_offers where escrow_id = %s"
            " order by id desc limit 1",
            part.escrow,
        )
        offer = {"offer_id": found[0][0]}
        day.ask(part.deal.buyer, f"/escrows/{part.escrow}/accept-split", offer)


def _decided(day: Day, part: Part, trouble: int) -> None:
    for who in (part.deal.seller, part.deal.buyer):
        day.ask(who, f"/escrows/{part.escrow}/statement", {"body": "It is as I say."})
    found = day.rows(
        "select arbiter_id::text from public.disputes where escrow_id = %s and status = 'pending'",
        part.escrow,
    )
    if not found or not found[0][0]:
        return
    payee = (held(day, part) * Decimal("0.4")).quantize(Decimal("0.01"))
    ruling = {
        "payer_amount": str(held(day, part) - payee),
        "payee_amount": str(payee),
        "reason": "partly_delivered",
        "grounds": _GROUNDS,
    }
    arbiter = UUID(found[0][0])
    day.ask(arbiter, f"/escrows/{part.escrow}/acknowledge")
    day.ask(arbiter, f"/escrows/{part.escrow}/decide", ruling)


def _accepted(day: Day, part: Part, trouble: int) -> None:
    for who in (part.deal.seller, part.deal.buyer):
        day.ask(who, f"/escrows/{part.escrow}/accept-decision")


def _payouts(word: str) -> Word:
    def says(day: Day, part: Part, trouble: int) -> None:
        found = day.rows(
            "select id::text, party_id::text from public.payouts"
            " where id in (select private.payouts_of(%s))"
            " and state in ('created', 'failed_final') order by id",
            part.escrow,
        )
        for payout, party in found:
            day.ask(UUID(party), f"/payouts/{payout}/{word}")

    return says


_deliver = _says("seller", "deliver", note="It is yours: see the log.")
_release = _says("buyer", "release")

WORDS: dict[str, Word] = {
    "deliver": _deliver,
    "release": _release,
    "deliver and release": _all(_deliver, _release),
    "concede": _says("seller", "concede"),
    "cancel": _says("buyer", "cancel"),
    "split": _split,
    "revise": _says("buyer", "request-revision", reason="The colour is another."),
    "dispute": _says("buyer", "dispute", reason="not_delivered"),
    "decide": _decided,
    "accept decision": _accepted,
    "top up": _says("buyer", "top-up"),
    "accept partial": _all(_says("buyer", "propose-partial"), _says("seller", "accept-partial")),
    "return funds": _says("buyer", "return-funds"),
    "freeze": _says("olga", "freeze", reason="compliance"),
    "unfreeze": _says("olga", "unfreeze"),
    "retry": _payouts("retry"),
    "keep": _payouts("keep"),
}
