"""Commands that lock many rows lock them in one order, or they would wait in a ring."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from functions.escrow.sweep import sweep
from stack.cluster import Cluster
from tests.world.races.direct_db import Door
from tests.world.races.market import Market
from tests.world.races.proofs import prove

_WAITING = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"


@pytest.fixture
def doors(database: Cluster) -> Iterator[tuple[Door, Door]]:
    made = Door(database), Door(database)
    yield made
    for each in made:
        each.close()


def wait_for(market: Market, waiting: int) -> None:
    deadline = time.monotonic() + 60
    while market.one(_WAITING) != waiting:
        assert time.monotonic() < deadline, f"{waiting} commands should wait for a row"
        time.sleep(0.01)


def test_orders_run_out_in_the_middle_of_a_sweep(
    database: Cluster, market: Market, doors: tuple[Door, Door]
) -> None:
    # By the ids of their wallets: a sweep locks low, middle, high.
    sellers = market.people(3, deposit="2")
    low, middle, high = sorted(sellers, key=lambda each: _wallet(market, each))
    (buyer,) = market.people(1)
    for seller in (low, middle, high):
        market.trade(market.order(seller), buyer)
    # The order of high runs out first.
    soon = market.now() + timedelta(minutes=5)
    earlier, later = sorted((uuid4(), uuid4()))
    market.order(high, id=earlier, expires_at=soon)
    market.order(low, id=later, expires_at=soon)
    market.advance(hours=1)

    sweeper, closer = doors
    with ThreadPoolExecutor(2) as pool, psycopg.connect(database.url("postgres")) as other:
        other.execute(
            "select from public.wallets where id = %s for no key update", [_wallet(market, middle)]
        )
        swept = pool.submit(sweep, sweeper, lambda: True)
        wait_for(market, 1)
        closed = pool.submit(closer.service_rpc, "orders_expire", {"max_rows": 500})
        wait_for(market, 2)
        other.rollback()
        assert swept.result().failed == 0
        assert closed.result() >= 2
    prove(market)


def _wallet(market: Market, person: UUID) -> UUID:
    found: UUID = market.one(
        "select id from public.wallets where party_id = %s and currency = 'BTC' and type = 'spot'",
        person,
    )
    return found
