"""The same races through the front door: HTTP, functions, PostgREST."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx
import pytest

from stack.stack import Stack
from tests.world.http.desk import ATTESTED, Desk, Reply, Trade, open_trade

AT_ONCE = 6


@pytest.fixture(scope="module")
def desk(stack: Stack) -> Iterator[Desk]:
    with httpx.Client(base_url=stack.url, timeout=60) as http:
        yield Desk(stack, http)


def rush(*tasks: Callable[[], Reply]) -> list[Reply]:
    with ThreadPoolExecutor(len(tasks)) as pool:
        return [each.result() for each in [pool.submit(task) for task in tasks]]


def state(stack: Stack, trade: Trade) -> str:
    with stack.connect() as owner:
        row = owner.execute(
            "select state::text from private.escrow_transactions where id = %s", [trade.id]
        ).fetchone()
        assert owner.execute("select * from ledger.verify()").fetchall() == []
    assert row is not None
    return str(row[0])


def test_twins_get_one_answer(desk: Desk, stack: Stack) -> None:
    trade, key = open_trade(desk), str(uuid4())

    def release() -> Reply:
        return trade.post(trade.seller, "release", {"confirm": True} | ATTESTED, key=key)

    replies = rush(*[release] * AT_ONCE)
    assert {each.status for each in replies} == {200}, [each.body for each in replies]
    assert all(each.body == replies[0].body for each in replies)
    assert [each.replayed for each in replies].count(False) == 1
    assert state(stack, trade) == "released"


def test_same_key_for_other_words(desk: Desk, stack: Stack) -> None:
    trade, key = open_trade(desk), str(uuid4())

    def offer(part: str) -> Callable[[], Reply]:
        return lambda: trade.post(trade.buyer, "offer-split", {"payee_amount": part}, key=key)

    replies = rush(*[offer(f"0.0{n}") for n in range(1, AT_ONCE)])
    assert sorted(each.status for each in replies) == [200, *[409] * (AT_ONCE - 2)]
    refused = {each.code for each in replies if each.status == 409}
    assert refused == {"idempotency_key_reused"}
    assert state(stack, trade) == "funded"


def test_both_cancel(desk: Desk, stack: Stack) -> None:
    for _ in range(3):
        trade = open_trade(desk)
        replies = rush(
            lambda trade=trade: trade.post(trade.seller, "cancel"),  # type: ignore[misc]
            lambda trade=trade: trade.post(trade.buyer, "cancel"),  # type: ignore[misc]
        )
        assert {each.status for each in replies} == {200}, [each.body for each in replies]
        assert state(stack, trade) == "refunded"
