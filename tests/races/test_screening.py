"""A hit comes while others act: it freezes or it is too late, and nothing in between."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from tests.db.escrow import Escrow
from tests.db.screenings import CLEAR, HIT, address
from tests.db.trades import funded
from tests.db.world import World
from tests.races import say
from tests.races.crowd import Crowd
from tests.races.door import Door
from tests.races.market import Market
from tests.stack.cluster import Cluster

MANY = 8


@pytest.fixture
def escrows(database: Cluster) -> list[Escrow]:
    """Escrows on the chain of one payee who has a watched address, all delivered."""
    with psycopg.connect(database.url("postgres")) as connection:
        world = World(connection, arbiters=0)
        payee = world.user("payee")
        made = [
            funded(world, "market_goods", parties=(world.user("payer"), payee)) for _ in range(MANY)
        ]
        for each in made:
            each.commit("perform", "payee")
    return made


def claims(market: Market, escrows: list[Escrow]) -> list[dict[str, Any]]:
    """Everything that is due, with a new address of the payee among it."""
    market.one(
        "select private.watch_address('usdc_base', %s, %s, 'payout')", address(), escrows[0].payee
    )
    return list(market.one("select service.screenings_due(500)"))


def record(claim: dict[str, Any], result: str) -> Callable[[Door], Any]:
    hash_ = HIT if result == "hit" else CLEAR
    command = {**claim, "provider": "test", "result": result, "document_hash": hash_}
    return lambda door: door.service_rpc("screening_record", {"command": command})


def test_a_hit_and_releases(crowd: Crowd, market: Market, escrows: list[Escrow]) -> None:
    (claim,) = claims(market, escrows)
    releases = [say.trade(each.payer, each.id, "release", confirm=True) for each in escrows]
    half = MANY // 2
    tasks: list[Callable[[Door], Any]] = [
        *releases[:half], record(claim, "hit"), *releases[half:],
    ]  # fmt: skip
    answers = crowd.rush(tasks)
    frozen = answers.pop(half)["frozen"]
    said = [each.code for each in answers]
    assert set(said) <= {"", "escrow_frozen"}
    # Whoever was refused is frozen, whoever was not is released.
    assert said.count("escrow_frozen") == frozen
    states = market.states([each.id for each in escrows])
    assert [state == "released" for state in states] == [code == "" for code in said]
    assert market.problems() == []


def test_one_answer_recorded_many_times(
    crowd: Crowd, market: Market, escrows: list[Escrow]
) -> None:
    (claim,) = claims(market, escrows)
    answers = crowd.rush([record(claim, "hit") for _ in range(10)])
    assert sorted(each["outcome"] for each in answers) == ["recorded"] + ["repeated"] * 9
    assert sum(each["frozen"] for each in answers) == MANY
    told = "select count(*) from public.security_events where party_id = %s"
    assert market.one(told, escrows[0].payee) == 1


def test_many_workers_claim_each_address_once(
    crowd: Crowd, market: Market, escrows: list[Escrow]
) -> None:
    watched = {address() for _ in range(40)}
    for each in watched:
        market.one("select private.watch_address('usdc_base', %s, %s, 'payout')",
                   each, escrows[0].payee)  # fmt: skip
    claim: Callable[[Door], Any] = lambda door: door.service_rpc(  # noqa: E731
        "screenings_due", {"max_rows": 7}
    )
    claimed = [each for batch in crowd.rush([claim] * 12) for each in batch]
    assert len(claimed) == len({each["address"] for each in claimed})
    assert {each["address"] for each in claimed} <= watched


def test_hits_of_two_parties_who_trade_with_each_other(
    crowd: Crowd, market: Market, escrows: list[Escrow], database: Cluster
) -> None:
    """Both freeze the same escrows: one does, the other finds it done."""
    parties: list[UUID] = [escrows[0].payee, *(each.payer for each in escrows)]
    for party in parties:
        market.one("select private.watch_address('usdc_base', %s, %s, 'payout')", address(), party)
    found = [
        each for each in market.one("select service.screenings_due(500)")
        if market.one("select count(*) from private.address_watches where address = %s "
                      "and party_id = any (%s)", each["address"], parties)
    ]  # fmt: skip
    answers = crowd.rush([record(each, "hit") for each in found])
    assert sum(each["frozen"] for each in answers) == MANY
    assert market.problems() == []
