"""Many take at once where only so much may be taken: exactly what fits goes through."""

from uuid import UUID

import pytest

from tests.world.races import commands
from tests.world.races.crowd import Crowd
from tests.world.races.market import Market
from tests.world.races.proofs import prove

TAKES = 20
WORTH = 1000  # of 0.02 at the price


def bounded(market: Market, **limits: int) -> None:
    """Set the limits of newcomers; those not named are none."""
    market.owner.execute(
        "update public.verification_tiers set per_trade_limit = null, daily_limit = %s, "
        "monthly_limit = %s, max_open_trades = %s, max_unpaid_takes = %s, max_method_risk = null, "
        "max_published_orders = null, max_unbacked_orders = null "
        "where id = 0",
        [limits.get(each) for each in ("daily", "monthly", "open_trades", "unpaid_takes")],
    )


def worth(market: Market, party: UUID) -> int:
    """What the trades of a party are worth together."""
    found = market.one(
        "select coalesce(sum(reference_amount), 0)::integer from public.p2p_trades"
        " where buyer_id = %s or seller_id = %s",
        party, party,
    )  # fmt: skip
    return int(found)


@pytest.mark.parametrize("window", ["daily", "monthly"])
def test_twenty_takes_of_one_person_at_the_limit(crowd: Crowd, market: Market, window: str) -> None:
    """Of twenty different makers, so that no order puts the takes in a row."""
    bounded(market, **{window: 7 * WORTH + WORTH // 2})
    (taker,) = market.people(1, limited=True)
    orders = [market.order(maker) for maker in market.people(TAKES, deposit="1")]
    said = crowd.rush([commands.take(taker, order, "0.02") for order in orders])
    assert [each.done for each in said].count(True) == 7
    assert {each.code for each in said if not each.done} == {"limit_exceeded"}
    assert worth(market, taker) == 7 * WORTH
    prove(market)


def test_twenty_takes_of_different_sizes_never_pass_the_limit(crowd: Crowd, market: Market) -> None:
    bounded(market, daily=5 * WORTH)
    (taker,) = market.people(1, limited=True)
    orders = [market.order(maker) for maker in market.people(TAKES, deposit="1")]
    sizes = [("0.02", "0.014", "0.05")[n % 3] for n in range(TAKES)]
    said = crowd.rush(
        [commands.take(taker, order, size) for order, size in zip(orders, sizes, strict=True)]
    )
    assert {each.code for each in said} == {"", "limit_exceeded"}
    used = worth(market, taker)
    # What is left is less than the smallest that was refused.
    refused = [size for size, each in zip(sizes, said, strict=True) if not each.done]
    assert 5 * WORTH - min(float(size) * 50_000 for size in refused) < used <= 5 * WORTH
    prove(market)


def test_twenty_takers_at_the_limit_of_one_maker(crowd: Crowd, market: Market) -> None:
    """Of the maker's twenty orders, so that no order puts the takes in a row."""
    bounded(market, daily=6 * WORTH)
    (maker,) = market.people(1, deposit="20", limited=True)
    orders = [market.order(maker) for _ in range(TAKES)]
    takers = market.people(TAKES)
    said = crowd.rush(
        [commands.take(taker, order, "0.02") for taker, order in zip(takers, orders, strict=True)]
    )
    assert [each.done for each in said].count(True) == 6
    assert {each.code for each in said if not each.done} == {"counterparty_limit"}
    assert worth(market, maker) == 6 * WORTH
    prove(market)


@pytest.mark.parametrize("cap", ["open_trades", "unpaid_takes"])
def test_incident_27_twenty_takes_at_the_cap(crowd: Crowd, market: Market, cap: str) -> None:
    bounded(market, **{cap: 3})
    (taker,) = market.people(1, limited=True)
    orders = [market.order(maker) for maker in market.people(TAKES, deposit="1")]
    said = crowd.rush([commands.take(taker, order, "0.01") for order in orders])
    assert [each.done for each in said].count(True) == 3
    assert {each.code for each in said if not each.done} == {"limit_exceeded"}
    prove(market)


def test_two_who_take_from_each_other_do_not_lock_each_other_out(
    crowd: Crowd, market: Market
) -> None:
    bounded(market, daily=1000 * WORTH)
    one, other = market.people(2, deposit="4", limited=True)
    for _ in range(4):
        there, back = market.order(one), market.order(other)
        said = crowd.rush(
            [commands.take(who, order, "0.01") for who, order in ((other, there), (one, back)) * 3]
        )
        assert {each.code for each in said} == {""}
    prove(market)
