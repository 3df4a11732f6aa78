"""A hit comes while others act: it holds or it is too late, and nothing in between."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from stack.cluster import Cluster
from tests.world.races import commands
from tests.world.races.crowd import Crowd
from tests.world.races.direct_db import Door
from tests.world.races.market import Market
from tests.world.screenings import CLEAR, HIT, address
from tests.world.trades import signed
from tests.world.world import World, plain

MANY = 8


@dataclass(frozen=True)
class Waiting:
    """An escrow on the chain that nobody has paid yet, and what its rail says when it is paid."""

    id: UUID
    payer: UUID
    payee: UUID
    paid: dict[str, Any]

    def pay(self, door: Door) -> commands.Said:
        key = {"idempotency_key": str(uuid4()), "request_hash": "hash"}
        return commands.service(door, "escrow_commit", **self.paid, **key)


@pytest.fixture
def escrows(database: Cluster) -> list[Waiting]:
    """Escrows without money, of one payee who has a watched address."""
    with psycopg.connect(database.url("postgres")) as connection:
        world = World(connection, arbiters=0)
        payee = world.user("payee")
        made = [signed(world, parties=(world.user("payer"), payee)) for _ in range(MANY)]
        return [
            Waiting(
                each.id, each.payer, each.payee, plain(each.decision("funds_confirmed", "rail"))
            )
            for each in made
        ]


def claims(market: Market, escrows: list[Waiting]) -> list[dict[str, Any]]:
    """Everything that is due, with a new address of the payee among it."""
    market.one(
        "select private.watch_address('base', %s, %s, 'payout')", address(), escrows[0].payee
    )
    return list(market.one("select service.screenings_due(500)"))


def record(claim: dict[str, Any], result: str) -> Callable[[Door], Any]:
    hash_ = HIT if result == "hit" else CLEAR
    command = {**claim, "provider": "test", "result": result, "document_hash": hash_}
    return lambda door: door.service_rpc("screening_record", {"command": command})


def test_a_hit_and_payments(crowd: Crowd, market: Market, escrows: list[Waiting]) -> None:
    (claim,) = claims(market, escrows)
    half = MANY // 2
    payments = [each.pay for each in escrows]
    tasks: list[Callable[[Door], Any]] = [
        *payments[:half], record(claim, "hit"), *payments[half:],
    ]  # fmt: skip
    answers = crowd.rush(tasks)
    frozen = answers.pop(half)["frozen"]
    said = [each.code for each in answers]
    # A hold is a move: who comes after it has read an older version.
    assert set(said) <= {"", "stale_version"}
    # Whoever was refused is held, whoever was not has paid and goes on.
    assert said.count("stale_version") == frozen
    ids = [each.id for each in escrows]
    assert market.states(ids) == ["awaiting_funds" if code else "funded" for code in said]
    held = market.rows(
        "select escrow_id from public.escrow_holds where escrow_id = any (%s) "
        "and kind = 'screening' and closed_at is null", ids,
    )  # fmt: skip
    refused = {each.id for each, code in zip(escrows, said, strict=True) if code}
    assert {escrow_id for (escrow_id,) in held} == refused
    assert market.problems() == []


def test_one_answer_recorded_many_times(
    crowd: Crowd, market: Market, escrows: list[Waiting]
) -> None:
    (claim,) = claims(market, escrows)
    answers = crowd.rush([record(claim, "hit") for _ in range(10)])
    assert sorted(each["outcome"] for each in answers) == ["recorded"] + ["repeated"] * 9
    assert sum(each["frozen"] for each in answers) == MANY
    told = "select count(*) from public.security_events where party_id = %s"
    assert market.one(told, escrows[0].payee) == 1


def test_many_workers_claim_each_address_once(
    crowd: Crowd, market: Market, escrows: list[Waiting]
) -> None:
    watched = {address() for _ in range(40)}
    for each in watched:
        market.one("select private.watch_address('base', %s, %s, 'payout')",
                   each, escrows[0].payee)  # fmt: skip
    claim: Callable[[Door], Any] = lambda door: door.service_rpc(  # noqa: E731
        "screenings_due", {"max_rows": 7}
    )
    claimed = [each for batch in crowd.rush([claim] * 12) for each in batch]
    assert len(claimed) == len({each["address"] for each in claimed})
    assert {each["address"] for each in claimed} <= watched


def test_hits_of_two_parties_who_trade_with_each_other(
    crowd: Crowd, market: Market, escrows: list[Waiting], database: Cluster
) -> None:
    """Each holds the escrows of its party, the payee's all: every hit is a reason of its own."""
    parties: list[UUID] = [escrows[0].payee, *(each.payer for each in escrows)]
    for party in parties:
        market.one("select private.watch_address('base', %s, %s, 'payout')", address(), party)
    found = [
        each for each in market.one("select service.screenings_due(500)")
        if market.one("select count(*) from private.address_watches where address = %s "
                      "and party_id = any (%s)", each["address"], parties)
    ]  # fmt: skip
    answers = crowd.rush([record(each, "hit") for each in found])
    assert sum(each["frozen"] for each in answers) == 2 * MANY
    assert market.rows(
        "select distinct count(*) from public.escrow_holds where escrow_id = any (%s) "
        "and kind = 'screening' and closed_at is null group by escrow_id",
        [each.id for each in escrows],
    ) == [(2,)]  # fmt: skip
    assert market.problems() == []
