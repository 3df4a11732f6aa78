"""What must be true when a market day is over: books, ends, and counts counted again."""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any, cast

from tests.exchange.market_day import DEPOSIT, MarketDay
from tests.stack.stack import Stack

_ENDS = {
    "released": {"completed"}, "refunded": {"cancelled", "refunded"}, "split": {"split"},
}  # fmt: skip


def check(day: MarketDay) -> None:
    """Everything below that holds at the end of a day."""
    assert day.tally().failures() == {}
    assert day.unfinished() == 0
    books_are_whole(day)
    orders_count_their_trades(day)
    trades_say_what_their_escrows_say(day)


def no_row_lacks_a_deadline(stack: Stack) -> None:
    """Law 11, while the market is open: whatever lives says when it ends by itself."""
    assert _rows(stack, _WITHOUT_DEADLINE) == []


def books_are_whole(day: MarketDay) -> None:
    """ledger.verify() over everything, no hold left, and not a satoshi more or less."""
    assert day.stack.invoke("LedgerVerifyFunction", {"recent": None}) == {"problems": 0}
    assert _rows(day.stack, "select * from public.ledger_holds where amount <> 0") == []
    assert _rows(day.stack, "select * from public.wallets where locked <> 0 or pending <> 0") == []
    owned = sum((trader.balance("BTC").total for trader in day.traders), Decimal())
    (earned,) = day.operator.read("wallet_balances", "available", type="fees", currency="BTC")
    assert owned + Decimal(earned["available"]) == Decimal(DEPOSIT) * len(day.traders)
    # Besides fees the platform keeps the bonds of appeals that changed nothing.
    assert Decimal(earned["available"]) >= sum(
        Decimal(each["fee_amount"]) for each in _settled(day)
    )


def orders_count_their_trades(day: MarketDay) -> None:
    """Counters of every order, from the trades its maker reads."""
    states = {each["id"]: each for each in _settled(day)}
    for trader in day.traders:
        trades = defaultdict(list)
        for trade in _all(trader, "p2p_trades"):
            trades[trade["order_id"]].append(trade)
        for order in _all(trader, "p2p_orders", user_id=trader.id):
            ended = Counter(states[each["id"]]["state"] for each in trades[order["id"]])
            settled = sum(
                Decimal(each["amount"]) for each in trades[order["id"]]
                if states[each["id"]]["state"] in ("released", "split")
            )  # fmt: skip
            counted = (order["completed_trades"], Decimal(order["settled"]), order["reserved"])
            assert counted == (ended["released"], settled, "0"), order
            if order["last_event"] not in ("draft", "expire") or order["withdrawn"] != "0":
                assert settled + Decimal(order["withdrawn"]) == Decimal(order["amount"]), order


def trades_say_what_their_escrows_say(day: MarketDay) -> None:
    states = {each["id"]: each["state"] for each in _settled(day)}
    seen = 0
    for trader in day.traders:
        for trade in _all(trader, "p2p_trades"):
            assert trade["status"] in _ENDS[states[trade["id"]]], trade
            seen += 1
    # Everybody is in the market, so each trade is read by its two sides.
    assert seen == 2 * day.tally().done("take")


def _settled(day: MarketDay) -> list[dict[str, Any]]:
    return _all(day.operator, "escrow_transactions")


def _all(client: Any, table: str, **where: str) -> list[dict[str, Any]]:
    """Every row that a client reads, page after page."""
    found: list[dict[str, Any]] = []
    while True:
        query = (
            client.rest.table(table).select("*")
            if table != "escrow_transactions"
            else (client.rest.table(table).select("id,state,fee_amount"))
        )
        for column, value in where.items():
            query = query.eq(column, value)
        page = query.order("id").range(len(found), len(found) + 499).execute().data
        found += cast("list[dict[str, Any]]", page)
        if len(page) < 500:
            return found


def _rows(stack: Stack, query: str) -> list[tuple[Any, ...]]:
    with stack.connect() as connection:
        return connection.execute(query.encode()).fetchall()


_WITHOUT_DEADLINE = """
select 'escrow', id, state::text from public.escrow_transactions
where completed_at is null and frozen_at is null and deadline_at is null and expires_at is null
union all
select 'order', id, status::text from public.p2p_orders
where status in ('draft', 'active', 'paused') and not isfinite(expires_at)
union all
select 'case', id, state::text from public.escrow_cases
where state = 'review' and deadline_at is null
"""
