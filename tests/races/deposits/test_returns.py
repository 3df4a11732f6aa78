"""Sweeps that return what waits in suspense lock the wallets of a whole batch in one order."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from stack.cluster import Cluster
from tests.races.escrow.test_rings import wait_for
from tests.world.races import commands
from tests.world.races.direct_db import Door
from tests.world.races.market import Market
from tests.world.races.proofs import prove

TERMS = "7" * 64


@pytest.fixture
def doors(database: Cluster) -> Iterator[tuple[Door, Door]]:
    made = Door(database), Door(database)
    yield made
    for each in made:
        each.close()


def _with_suspense(market: Market, payer: UUID, payee: UUID) -> UUID:
    """A contract to which money came that does not match."""
    # Ids grow with time: batches are taken in this order.
    market.advance(seconds=1)
    escrow_id = market.contract(
        payer, payee, rail="base", currency="USDC_BASE", amount="5", terms_hash=TERMS
    )
    fund_by = market.one("select private.clock() + interval '1 hour'")
    mismatch = {"amount": "5", "currency": "USDC_BASE", "reason": "late"}
    for version, (event, kind, actor, payload) in enumerate((
        ("sign", "user", payer, {"terms_hash": TERMS}),
        ("countersign", "user", payee, {"terms_hash": TERMS}),
        ("funds_mismatch", "rail", None, mismatch),
    ), start=1):  # fmt: skip
        due = None if event == "sign" else fund_by.isoformat()
        _said(commands.service(
            market.door, "escrow_commit", escrow_id=str(escrow_id), expected_version=version,
            event=event, actor_kind=kind, actor_id=actor and str(actor), aal="aal2",
            idempotency_key=str(uuid4()), request_hash="hash", deadline_at=due, expires_at=due,
            payload=payload,
        ))  # fmt: skip
    return escrow_id


def _said(said: commands.Said) -> Any:
    assert said.done, said.code
    return said.body


def _return(door: Door, escrows: list[UUID]) -> list[Any]:
    decisions = [
        {"escrow_id": str(each), "expected_version": 4, "event": "timeout_return",
         "actor_kind": "timer"}
        for each in escrows
    ]  # fmt: skip
    results: list[Any] = door.service_rpc("escrow_commit_many", {"decisions": decisions})
    return results


def test_two_sweeps_that_return_money_do_not_wait_in_a_ring(
    database: Cluster, market: Market, doors: tuple[Door, Door]
) -> None:
    first, shared, last, payee = market.people(4)
    there = [_with_suspense(market, payer, payee) for payer in (first, shared, last)]
    back = [_with_suspense(market, payer, payee) for payer in (last, shared, first)]
    assert sorted(there) + sorted(back) == there + back
    market.advance(hours=80)

    one, other = doors
    with ThreadPoolExecutor(2) as pool, psycopg.connect(database.url("postgres")) as holder:
        holder.execute(
            "select from public.wallets where party_id = %s and type = 'spot' for no key update",
            [shared],
        )
        tasks = [pool.submit(_return, one, there), pool.submit(_return, other, back)]
        wait_for(market, 2)
        holder.rollback()
        results = [result for task in tasks for result in task.result()]
    assert {result["refusal"] for result in results} == {None}
    assert set(market.states(there + back)) == {"void"}
    prove(market)
