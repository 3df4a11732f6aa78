"""Where the money is, in our books and outside: every difference in words."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from stack.stand_ins.chain import BRIDGED_USDC, USDC
from tests.rails_day.card_words import disputes
from tests.rails_day.day import BRIDGED_FLOAT, Day, Deal
from tests.world.http.chain import FLOAT

ENDED = ("released", "refunded", "split", "void")
# What the platform lost, by the cases that name it; a loss of a reversal has a case of its own.
LOST = (
    "coalesce(sum(case when c.kind = 'discrepancy' and c.reason <> 'reversal_loss' then c.amount"
    " when c.last_event <> 'reversal_won' then c.loss_amount else 0 end), 0)::numeric"
)
TOKENS = {"USDC_BASE": (USDC, FLOAT), "USDBC_BASE": (BRIDGED_USDC, BRIDGED_FLOAT)}


def differences(day: Day) -> list[str]:
    """What is not as it must be once everything rests; empty is good."""
    return [
        *(f"ledger: {each}" for each in day.rows("select * from ledger.verify()")),
        *_outside(day),
        *_platform(day),
        *_people(day),
        *_deadlines(day),
    ]


def withheld(day: Day, deal: Deal | None = None) -> Decimal:
    """What Stripe holds back for chargebacks that are not decided while their escrows live."""
    return sum(
        (
            Decimal(dispute["amount"]) / 100
            for part in day.parts("stripe")
            if deal in (None, part.deal) and day.state(part) not in ENDED
            for dispute in disputes(day, part)
        ),
        Decimal(0),
    )


def _booked(day: Day, kind: str, currency: str) -> Decimal:
    """What all wallets of a kind have, by their entries."""
    return Decimal(
        day.scene.one(
            "select coalesce(sum(e.amount), 0)::numeric from public.ledger_entries as e"
            " join public.wallets as w on w.id = e.wallet_id"
            " where w.type = %s::public.wallet_type and w.currency = %s",
            kind, currency,
        )
    )  # fmt: skip


def _outside(day: Day) -> Iterator[str]:
    """Our clearing wallets say what the rails have for us."""
    balance = Decimal(day.stripe.balance().get("usd", 0)) / 100 - day.filled_up + withheld(day)
    if (booked := -_booked(day, "clearing", "USD")) != balance:
        yield f"Stripe has {balance} USD, we say {booked}"
    addresses = [
        address
        for (address,) in day.rows(
            "select address from public.deposit_requests where address is not null"
        )
    ]
    for currency, (token, given) in TOKENS.items():
        there = sum((day.chain.balance_of(each, token) for each in addresses), Decimal(0))
        there += day.chain.balance_of(day.chain.hot_wallet.address, token) - given
        if (booked := -_booked(day, "clearing", currency)) != there:
            yield f"the chain has {there} {currency}, we say {booked}"


def _platform(day: Day) -> Iterator[str]:
    """Costs are Stripe's fees, fees those of escrows that no reversal took, receivables what is
    owed, losses what is named."""
    fees = sum(each["fee"] for each in day.stripe.objects("balance_transaction"))
    if (costs := -_booked(day, "costs", "USD")) != Decimal(fees) / 100:
        yield f"Stripe took {Decimal(fees) / 100}, we say {costs}"
    for currency in ("USD", *TOKENS):
        earned, owed, lost = day.rows(
            "select (select coalesce(sum(fee_amount), 0)::numeric from private.escrow_transactions"
            " where currency = %s and state in ('released', 'refunded', 'split'))"
            " - (select coalesce(sum(fee_amount), 0)::numeric from public.escrow_cases"
            " where currency = %s and last_event <> 'reversal_won'),"
            " (select coalesce(sum(amount - recovered_amount - cancelled_amount), 0)::numeric"
            " from public.receivables where currency = %s),"
            f" (select {LOST} from public.escrow_cases as c where c.currency = %s)",
            currency, currency, currency, currency,
        )[0]  # fmt: skip
        if (booked := _booked(day, "fees", currency)) != earned:
            yield f"fees of {earned} {currency}, we say {booked}"
        if (booked := -_booked(day, "receivables", currency)) != owed:
            yield f"{owed} {currency} are owed, we say {booked}"
        if (booked := -_booked(day, "losses", currency)) != lost:
            yield f"{lost} {currency} are lost by name, we lost {booked}"


def _people(day: Day) -> Iterator[str]:
    """What the two of a deal have, in all, is what they put in, less fees, plus what they owe and
    the platform lost."""
    for number, deal in enumerate(day.deals):
        cards = deal.rail == "stripe"
        outside = _at_stripe(day, deal) if cards else _on_chain(day, deal)
        for currency in {"USD"} if cards else set(TOKENS):
            inside, fees, owed, lost = _inside(day, deal, currency)
            have = outside[currency] + inside + fees - owed - lost
            back = withheld(day, deal) if cards else 0
            if have != back:
                yield (
                    f"deal {number} ({deal.rail}): {currency}"
                    f" {(have - back).normalize():f} too much:"
                    f" outside {outside[currency]}, inside {inside}, fees {fees}, owed {owed},"
                    f" lost {lost}, withheld {back}"
                )


def _inside(day: Day, deal: Deal, currency: str) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """In the wallets of both, paid as fees, owed, lost by the platform."""
    people = [deal.buyer, deal.seller]
    return tuple(  # type: ignore[return-value]
        Decimal(each)
        for each in day.rows(
            "select (select coalesce(sum(available + pending + locked), 0)::numeric"
            " from public.wallets where party_id = any(%s) and currency = %s and type = 'spot'),"
            " (select coalesce(sum(fee_amount), 0)::numeric from private.escrow_transactions"
            " where id::text = any(%s) and currency = %s"
            " and state in ('released', 'refunded', 'split'))"
            " - (select coalesce(sum(fee_amount), 0)::numeric from public.escrow_cases"
            " where escrow_id::text = any(%s) and currency = %s and last_event <> 'reversal_won'),"
            " (select coalesce(sum(amount - recovered_amount - cancelled_amount), 0)::numeric"
            " from public.receivables where party_id = any(%s) and currency = %s),"
            f" (select {LOST} from public.escrow_cases as c"
            " where c.escrow_id::text = any(%s) and c.currency = %s)",
            people, currency, list(deal.escrows), currency, list(deal.escrows), currency,
            people, currency, list(deal.escrows), currency,
        )[0]
    )  # fmt: skip


def _at_stripe(day: Day, deal: Deal) -> dict[str, Decimal]:
    """What both have at their cards and accounts, beside what they had before the day."""
    intents = [
        row[0]
        for row in day.rows(
            "select provider_reference from public.deposit_requests"
            " where reference_id::text = any(%s)",
            list(deal.escrows),
        )
    ]
    paid = _sum(day, "charge", "amount_captured", intents, captured=True)
    back = _sum(day, "refund", "amount", intents, status="succeeded")
    taken = sum(
        -posted["amount"]
        for dispute in day.stripe.objects("dispute")
        if dispute["payment_intent"] in intents
        for posted in dispute["balance_transactions"]
    )
    seller = sum(day.stripe.accounts.balance(each) for each in deal.accounts)
    return {"USD": Decimal(back + taken + seller - paid) / 100}


def _sum(day: Day, kind: str, name: str, intents: list[str], **having: Any) -> int:
    return sum(
        each[name]
        for each in day.stripe.objects(kind)
        if each["payment_intent"] in intents and having.items() <= each.items()
    )


def _on_chain(day: Day, deal: Deal) -> dict[str, Decimal]:
    return {
        currency: sum((day.chain.balance_of(each, token) for each in deal.addresses), Decimal(0))
        - deal.put_in[token]
        for currency, (token, _) in TOKENS.items()
    }


def _deadlines(day: Day) -> Iterator[str]:
    """Nothing waits for ever."""
    for (what,) in day.rows(
        "select 'escrow ' || id from private.escrow_transactions"
        " where state not in ('released', 'refunded', 'split', 'void')"
        " and (deadline_at is null or not isfinite(deadline_at))"
        " union all select 'payment ' || id from public.payouts"
        " where state in ('created', 'failed_final') and deadline_at is null"
        " union all select 'case ' || id from public.escrow_cases"
        " where state = 'review' and deadline_at is null"
    ):
        yield f"without a deadline: {what}"
