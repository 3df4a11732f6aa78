"""A party is stopped while others deal with it: nobody waits in a ring, and what it offered stops
(law 7)."""

from collections.abc import Callable
from uuid import UUID

import pytest

from stack.cluster import Cluster
from tests.races.limits.test_contract_limits import accept
from tests.races.limits.test_limits import WORTH, bounded
from tests.world.races import commands
from tests.world.races.crowd import Crowd
from tests.world.races.direct_db import Door
from tests.world.races.market import Market
from tests.world.races.proofs import prove
from tests.world.stopping import CODES, STOPS

Task = Callable[[Door], commands.Said]

ROUNDS = 6
WAYS = ("suspended", "deleted", "banned")
_OFFERED = (
    "select count(*) from public.p2p_orders where user_id = %s and status = 'active'",
    "select count(*) from public.listings where seller_id = %s and status = 'active'",
)


def stopped(database: Cluster, party: UUID, way: str) -> Task:
    """The owner of the database stops a party, on a connection of its own."""

    def run(door: Door) -> commands.Said:
        with database.connect() as owner:
            owner.execute(STOPS[way], [party])
        return commands.Said({})

    return run


@pytest.mark.parametrize("way", WAYS)
def test_a_maker_is_stopped_while_orders_are_taken(
    database: Cluster, crowd: Crowd, market: Market, way: str
) -> None:
    bounded(market, daily=1000 * WORTH)
    for _ in range(ROUNDS):
        (maker,) = market.people(1, deposit="4", limited=True)
        orders = [market.order(maker) for _ in range(4)]
        takes: list[Task] = [
            commands.take(each, order, "0.02")
            for order in orders
            for each in market.people(2, limited=True)
        ]
        said = crowd.rush([*takes[:4], stopped(database, maker, way), *takes[4:]])
        assert {each.code for each in said} <= {
            "", "order_unavailable", "order_not_active", "order_not_found",
        }  # fmt: skip
        assert [market.one(each, maker) for each in _OFFERED] == [0, 0]
    prove(market)


@pytest.mark.parametrize("way", WAYS)
def test_a_maker_is_stopped_while_orders_are_published(
    database: Cluster, crowd: Crowd, market: Market, way: str
) -> None:
    bounded(market, daily=1000 * WORTH)
    for _ in range(ROUNDS):
        (maker,) = market.people(1, deposit="8", limited=True)
        publishes: list[Task] = [
            commands.order(maker, market.draft(maker), "publish") for _ in range(8)
        ]
        said = crowd.rush([*publishes[:4], stopped(database, maker, way), *publishes[4:]])
        assert {each.code for each in said} <= {"", CODES[way]}
        assert [market.one(each, maker) for each in _OFFERED] == [0, 0]
    prove(market)


@pytest.mark.parametrize("way", WAYS)
def test_a_seller_is_stopped_while_offers_are_accepted(
    database: Cluster, crowd: Crowd, market: Market, way: str
) -> None:
    bounded(market, daily=1000 * WORTH)
    for _ in range(ROUNDS):
        seller, *buyers = market.people(7, limited=True)
        accepts: list[Task] = [accept(market, each, seller) for each in buyers]
        said = crowd.rush([*accepts[:3], stopped(database, seller, way), *accepts[3:]])
        assert {each.code for each in said} <= {"", CODES[way], "listing_changed"}
        assert [market.one(each, seller) for each in _OFFERED] == [0, 0]
    prove(market)
