"""What the database and Stripe know of the money on cards: shown when books and rail differ."""

import json
from collections.abc import Iterator

from tests.rails_day.day import Day

_TABLES = {
    "payouts": "select to_jsonb(p) from public.payouts as p where rail = 'stripe'",
    "payout_events": "select to_jsonb(e) from public.payout_events as e",
    "rail_reports": "select to_jsonb(r) from public.rail_reports as r where rail = 'stripe'",
    "refused_reports": "select to_jsonb(r) from public.refused_reports as r",
    "escrow_cases": "select to_jsonb(c) from public.escrow_cases as c",
    "escrow_holds": "select to_jsonb(h) from public.escrow_holds as h",
    "rail_costs": "select to_jsonb(c) from private.rail_costs as c",
    "rail_comparisons": "select to_jsonb(c) from public.rail_comparisons as c",
    "waiting events": "select to_jsonb(w) from public.webhook_event_work as w"
    " where status = 'received'",
    "clearing": "select to_jsonb(e) from public.ledger_entries as e"
    " inner join public.wallets as w on e.wallet_id = w.id"
    " where w.type = 'clearing' and w.currency = 'USD'",
    "position": "select service.rail_position('stripe')",
}
_AT_STRIPE = ("balance_transaction", "refund", "transfer", "dispute", "payment_intent")


def lines(day: Day) -> Iterator[str]:
    """Each row as JSON, under the name of what it is."""
    for name, query in _TABLES.items():
        yield f"== {name}"
        yield from (json.dumps(row, default=str) for (row,) in day.rows(query))
    for kind in _AT_STRIPE:
        yield f"== {kind} at Stripe"
        yield from (json.dumps(each, default=str) for each in day.stripe.objects(kind))
