"""No more faults until nothing is left to do, and until every escrow has ended."""

from functions.rail_stripe.event import FOLLOWED
from stack.people import OLGA
from tests.rails_day import card_words
from tests.rails_day.chain_words import cheap
from tests.rails_day.day import Day
from tests.rails_day.steps import WORKERS

ROUNDS = 40
# The longest back-off of payments and reports, and a little.
WAIT_MINUTES = 61

_LIVE = """
select 'event ' || event_id || ' ' || detail
from public.webhook_event_work where status = 'received'
union all select 'report ' || kind || ' ' || provider_event_id
from public.rail_reports where applied_as is null
union all select 'payment ' || id || ' ' || state || ' ' || reason
from public.payouts where state in ('claimed', 'submitted', 'unknown')
    -- Stripe refunds no charge that was charged back: the money stays in the balance in the end.
    or state = 'created' and next_at is not null and not starts_with(reason, 'charge_disputed')
union all select 'deposit ' || transaction_hash from public.chain_deposits where watched
"""
_NOT_ENDED = """
select 'escrow ' || id || ' ' || state || coalesce((
    select ' held for ' || string_agg(kind, ', ') from public.escrow_holds
    where escrow_id = e.id and closed_at is null
), '')
from private.escrow_transactions as e where state not in ('released', 'refunded', 'split', 'void')
"""


def settle(day: Day) -> None:
    """Everybody works until nothing is under way; the clock moves over what they wait for.

    Raises AssertionError: it does not come to rest.
    """
    cheap(day)
    left: list[str] = []
    for _ in range(ROUNDS):
        _round(day)
        left = [what for (what,) in day.rows(_LIVE)]
        if not left and not day.stripe.webhooks.waiting():
            return
        day.advance(minutes=WAIT_MINUTES)
    raise AssertionError(f"it does not come to rest: {left}")


def end(day: Day) -> None:
    """Time runs out for everything, the banks decide, and every escrow ends.

    Raises AssertionError: one never does.
    """
    for _ in range(12):
        _decide(day)
        for worker in ("EscrowExpireFunction", "MarketExpireFunction"):
            day.work(worker)
        settle(day)
        left = [what for (what,) in day.rows(_NOT_ENDED)]
        if not left and not _undecided(day):
            day.advance(days=31)
            day.work("PayoutExpireFunction")
            settle(day)
            return
        day.advance(days=5)
    raise AssertionError(f"never ends: {left}")


def _round(day: Day) -> None:
    day.fill_up()
    for refund in day.stripe.objects("refund"):
        if refund["pending_reason"] == "processing":
            day.stripe.refunds.settle(refund["id"])
    day.stripe.refunds.delay(0)
    day.cards.send()
    day.chain.mine(5)
    for worker in WORKERS.values():
        day.work(worker)
    # After days of silence it catches up piece by piece.
    while _untold(day):
        day.work(WORKERS["poller"])
    # Reports order payments.
    day.work(WORKERS["card payouts"])
    day.work(WORKERS["chain payouts"])


def _untold(day: Day) -> bool:
    """Whether something happened at Stripe that the inbox has not heard of."""
    kept = {event for (event,) in day.rows("select event_id from public.webhook_events")}
    told = day.stripe.webhooks.all(*FOLLOWED)
    return not kept.issuperset(each["id"] for each in told)


def _undecided(day: Day) -> list[str]:
    return [
        dispute["id"] for part in day.parts("stripe") for dispute in card_words.disputes(day, part)
    ]


def _decide(day: Day) -> None:
    for number, dispute in enumerate(_undecided(day)):
        (day.stripe.disputes.win if number % 2 else day.stripe.disputes.lose)(dispute)
    for escrow, hold in day.rows(
        "select escrow_id::text, id::text from public.escrow_holds"
        " where kind = 'operator' and closed_at is null"
    ):
        day.desk.done(OLGA.id, f"/escrows/{escrow}/unfreeze", {"hold_id": hold})
