"""What must be true when a market day is over: books, ends, and counts counted again."""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any, cast

from stack.stack import Stack
from tests.exchange import recount
from tests.exchange.client import Client
from tests.exchange.market_day import DEPOSIT, LIMITED, MarketDay

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
    reputations_are_what_was_done(day)
    listeners_missed_nothing(day)


def no_row_lacks_a_deadline(stack: Stack) -> None:
    """Law 11, while the market is open: whatever lives says when it ends by itself."""
    assert _rows(stack, _WITHOUT_DEADLINE) == []


def books_are_whole(day: MarketDay) -> None:
    """ledger.verify() over everything, no hold left, and not a satoshi more or less."""
    assert day.stack.invoke("LedgerVerifyFunction", {"recent": None}) == {
        "problems": 0,
        "discrepancies": 0,
        "refused_reports": 0,
        "rail_differences": 0,
        "rails_not_compared": 0,
    }
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
    assert seen == 2 * day.trades()


def limits_are_what_was_traded(day: MarketDay) -> None:
    """Right after the day: the daily limit of who has one, from their own trades."""
    limited = 0
    for trader in day.traders:
        daily = trader.call("my_limits")["limits"]["daily"]
        if daily["limit"] is not None:
            limited += 1
            used = recount.used_today(trader, _all(trader, "p2p_trades"), day.stack.clock.now())
            assert Decimal(daily["used"]) == used <= Decimal(daily["limit"]), trader.name
    assert limited == LIMITED


def reputations_are_what_was_done(day: MarketDay) -> None:
    """Public profiles, from the trades of each trader and the ratings all may read by now."""
    escrows = {each["id"]: each for each in _settled(day)}
    columns = "trade_id,party_id,author_role,score"
    given = _all(day.operator, "p2p_ratings", columns, key="trade_id,author_role")
    for trader in day.traders:
        (profile,) = day.operator.read("trader_profiles", party_id=trader.id)
        trades = _all(trader, "p2p_trades")
        expected = recount.figures(trader, trades, escrows)
        found = {name: profile[name] for name in expected} | {"volume": Decimal(profile["volume"])}
        assert found == expected, trader.name
        mean = profile["rating_average"]
        rated = (profile["rating_count"], mean and Decimal(mean))
        assert rated == recount.ratings(trader, trades, given), trader.name


def listeners_missed_nothing(day: MarketDay) -> None:
    """Every step of every trade came to who wanted to hear of it, signed, however often."""
    versions = {each["id"]: each["version"] for each in _settled(day)}
    for listener in day.listeners:
        trades = [each["id"] for each in _all(listener.trader, "p2p_trades")]
        heard = listener.sequences()
        assert heard == {each: set(range(1, versions[each] + 1)) for each in trades}


def _settled(day: MarketDay) -> list[dict[str, Any]]:
    columns = "id,state,amount,payee_amount,fee_amount,last_event,version"
    return _all(day.operator, "escrow_transactions", columns)


def _all(
    client: Client, table: str, columns: str = "*", key: str = "id", **where: str
) -> list[dict[str, Any]]:
    """Every row that a client reads, page after page."""
    found: list[dict[str, Any]] = []
    while True:
        query = client.rest.table(table).select(columns)
        for column, value in where.items():
            query = query.eq(column, value)
        for column in key.split(","):
            query = query.order(column)
        page = query.range(len(found), len(found) + 499).execute().data
        found += cast("list[dict[str, Any]]", page)
        if len(page) < 500:
            return found


def _rows(stack: Stack, query: str) -> list[tuple[Any, ...]]:
    with stack.connect() as connection:
        return connection.execute(query.encode()).fetchall()


_WITHOUT_DEADLINE = """
select 'escrow', id, state::text from private.escrow_transactions
where completed_at is null and frozen_at is null and deadline_at is null and expires_at is null
union all
select 'order', id, status::text from public.p2p_orders
where status in ('draft', 'active', 'paused') and not isfinite(expires_at)
union all
select 'case', id, state::text from public.escrow_cases
where state = 'review' and deadline_at is null
"""
