"""Two want to end the same trade."""

from collections.abc import Callable
from uuid import UUID

import pytest

from functions.escrow.sweep import sweep
from tests.world.races import commands
from tests.world.races.commands import Said
from tests.world.races.crowd import Crowd
from tests.world.races.direct_db import Door
from tests.world.races.market import Market
from tests.world.races.proofs import prove, prove_told

TRADES = 24


@pytest.fixture
def trades(market: Market) -> list[tuple[UUID, UUID, UUID]]:
    """Sellers, buyers and their trades; every buyer sells to somebody else too."""
    people = market.people(6, deposit="3")
    orders = [market.order(each) for each in people]
    made = []
    for number in range(TRADES):
        seller, buyer = number % 6, (number + 1 + number // 6) % 6
        trade_id = market.trade(orders[seller], people[buyer])
        made.append((people[seller], people[buyer], trade_id))
    return made


def test_both_cancel(crowd: Crowd, market: Market, trades: list[tuple[UUID, UUID, UUID]]) -> None:
    lines = [
        commands.trade(who, trade_id, "cancel")
        for seller, buyer, trade_id in trades
        for who in (seller, buyer)
    ]
    said = crowd.rush(lines)
    assert {each.code for each in said} == {""}
    assert set(market.states([each[2] for each in trades])) == {"refunded"}
    prove(market)


def test_release_or_timeout(
    crowd: Crowd, market: Market, trades: list[tuple[UUID, UUID, UUID]]
) -> None:
    market.advance(hours=1)
    swept = []

    def timer(door: Door) -> Said:
        swept.append(sweep(door, lambda: True))
        return Said({}, "timer")

    releases = [
        commands.trade(seller, trade_id, "release", confirm=True, payer_name_matches=True)
        for seller, _, trade_id in trades
    ]
    half = TRADES // 2
    tasks: list[Callable[[Door], Said]] = [*releases[:half], timer, timer, *releases[half:]]
    said = crowd.rush(tasks)
    del said[half : half + 2]
    for line, heard in zip(releases, said, strict=True):
        state = market.states([UUID(line.path.split("/")[2])])
        assert state == ["released" if heard.done else "refunded"], heard
        assert heard.code in ("", "escrow_closed")
    assert [each.done for each in said].count(False) <= sum(each.moved for each in swept)
    assert sum(each.failed for each in swept) == 0
    prove(market)


def test_everybody_ends_it_their_way(
    crowd: Crowd, market: Market, trades: list[tuple[UUID, UUID, UUID]]
) -> None:
    lines = []
    for seller, buyer, trade_id in trades:
        lines += [
            commands.trade(buyer, trade_id, "mark-paid"),
            commands.trade(seller, trade_id, "release", confirm=True, payer_name_matches=True),
            commands.trade(buyer, trade_id, "concede"),
            commands.trade(seller, trade_id, "offer-split", payee_amount="0.005"),
            commands.trade(buyer, trade_id, "offer-split", payee_amount="0.004"),
            commands.trade(seller, trade_id, "dispute", reason="not_paid"),
        ]
    said = crowd.rush(lines)
    assert {each.code for each in said} <= {
        "", "escrow_closed", "illegal_move", "stale_version", "deadline_passed",
    }  # fmt: skip
    ids = [each[2] for each in trades]
    takes = [Said({"trade_id": str(each), "version": 1}) for each in ids]
    prove_told(market, ids, [*takes, *said])
    prove(market)
