"""Timers beside each other, beside people, and beside the roll-up."""

import random
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from functions.escrow.sweep import Swept, sweep
from tests.world.races import commands
from tests.world.races.commands import Said
from tests.world.races.crowd import Crowd
from tests.world.races.direct_db import Door
from tests.world.races.market import Market, moved
from tests.world.races.proofs import prove

DUE = 60

_BY_TIMERS = "select count(*) from private.escrow_events where actor_role = 'timer'"


def _sweep(door: Door) -> Swept:
    return sweep(door, lambda: True)


def test_sweepers_share_what_is_due(crowd: Crowd, market: Market) -> None:
    sellers, buyers = market.people(4, deposit="1"), market.people(4)
    orders = [market.order(each) for each in sellers]
    trades = [market.trade(orders[n % 4], buyers[(n // 4) % 4]) for n in range(DUE)]
    market.advance(hours=1)
    before = market.one(_BY_TIMERS)
    swept = crowd.rush([_sweep] * 4)
    assert sum(each.moved for each in swept) == market.one(_BY_TIMERS) - before >= DUE
    assert sum(each.failed for each in swept) == 0
    assert set(market.states(trades)) == {"refunded"}
    prove(market)


def test_roll_up_during_postings(crowd: Crowd, market: Market) -> None:
    sellers, buyers = market.people(4, deposit="1"), market.people(4)
    orders = [market.order(each) for each in sellers]
    trades = [(sellers[n % 4], market.trade(orders[n % 4], buyers[n % 3])) for n in range(40)]
    people = [
        commands.trade(seller, each, "release", confirm=True, payer_name_matches=True)
        for seller, each in trades
    ]
    tasks: list[Callable[[Door], Said]] = [*people]
    tasks += [lambda door: moved(door, "deposit", buyers[0], "0.5")] * 20
    tasks += [_roll_up] * 20
    random.Random(4).shuffle(tasks)
    said = crowd.rush(tasks)
    assert {each.code for each in said} == {""}
    prove(market)
    _roll_up(market.door)
    tail = (
        "select count(*) from public.ledger_entries as e join public.wallets as w "
        "on w.id = e.wallet_id where w.kind = 'append_only' and e.seq is null "
        "and e.id > private.rolled_to(w.id)"
    )
    assert market.one(tail) == 0
    prove(market)


def _roll_up(door: Door) -> Said:
    return Said({"wallets": door.service_rpc("ledger_rollup", {})})


def test_orders_run_out_while_their_makers_trade(crowd: Crowd, market: Market) -> None:
    """The timer that closes orders touches many wallets; so do the ends of trades."""
    for _ in range(4):
        people = market.people(8, deposit="2")
        soon = market.now() + timedelta(minutes=5)
        orders = [market.order(each, expires_at=soon) for each in people]
        trades: list[tuple[UUID, UUID]] = []
        for n in range(48):
            seller, buyer = n % 8, (n + 1 + n // 8) % 8
            trades.append((people[seller], market.trade(orders[seller], people[buyer])))
        market.advance(minutes=6)
        releases = [
            commands.trade(seller, each, "release", confirm=True, payer_name_matches=True)
            for seller, each in trades
        ]
        tasks: list[Callable[[Door], Said]] = [*releases]
        tasks[8:8] = [_orders_expire] * 3
        said = crowd.rush(tasks)
        assert {each.code for each in said} == {""}
        # What others held just then is closed by the next tick.
        said.append(_orders_expire(market.door))
        assert sum(each.body.get("closed", 0) for each in said) == len(orders)
        left = "select count(*) from public.p2p_orders where id = any (%s) and remaining > 0"
        assert market.one(left, orders) == 0
    prove(market)


def _orders_expire(door: Door) -> Said:
    return Said({"closed": door.service_rpc("orders_expire", {"max_rows": 500})})
