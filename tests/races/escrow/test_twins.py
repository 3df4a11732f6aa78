"""One command sent many times at once is done once, and everybody gets its answer."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.world.races import commands
from tests.world.races.commands import Said
from tests.world.races.crowd import Crowd
from tests.world.races.direct_db import Door
from tests.world.races.market import Market, moved
from tests.world.races.proofs import prove

TWINS = 100


def one_answer(said: list[Said]) -> Said:
    """The answer all got; exactly one of them was the first."""
    assert {each.code for each in said} == {""}
    assert all(each.body == said[0].body for each in said)
    assert [each.replayed for each in said].count(False) == 1
    return said[0]


@pytest.fixture
def opened(market: Market) -> tuple[UUID, UUID, UUID]:
    """Seller, buyer and their trade."""
    (seller,), (buyer,) = market.people(1, deposit="2"), market.people(1)
    return seller, buyer, market.trade(market.order(seller), buyer)


def test_release(crowd: Crowd, market: Market, opened: tuple[UUID, UUID, UUID]) -> None:
    seller, _, trade_id = opened
    answer = one_answer(
        crowd.rush(
            [commands.trade(seller, trade_id, "release", confirm=True, payer_name_matches=True)]
            * TWINS
        )
    )
    assert answer.body["state"] == "released"
    prove(market)


def test_one_decision(crowd: Crowd, market: Market, opened: tuple[UUID, UUID, UUID]) -> None:
    # Nobody reads first: only the look under the lock can find the answer.
    _, buyer, trade_id = opened
    now = market.now()

    def perform(door: Door) -> Said:
        return commands.service(
            door, "escrow_commit", escrow_id=trade_id, expected_version=1, event="perform",
            actor_kind="user", actor_id=buyer, aal="aal1", payload={},
            idempotency_key=str(trade_id), request_hash="hash",
            deadline_at=now + timedelta(hours=1), expires_at=now + timedelta(hours=1),
        )  # fmt: skip

    assert one_answer(crowd.rush([perform] * TWINS)).body["version"] == 2
    prove(market)


def test_take(crowd: Crowd, market: Market) -> None:
    (seller,), (buyer,) = market.people(1, deposit="2"), market.people(1)
    order_id = market.order(seller)
    one_answer(crowd.rush([commands.take(buyer, order_id, "0.01")] * TWINS))
    assert market.one("select count(*) from public.p2p_trades where order_id = %s", order_id) == 1
    prove(market)


@pytest.mark.parametrize("word", ["publish", "cancel"])
def test_order(crowd: Crowd, market: Market, word: str) -> None:
    (seller,) = market.people(1, deposit="2")
    order_id = market.draft(seller) if word == "publish" else market.order(seller)
    one_answer(crowd.rush([commands.order(seller, order_id, word)] * TWINS))
    prove(market)


def test_deposit(crowd: Crowd, market: Market) -> None:
    (person,) = market.people(1)
    key = str(uuid4())
    one_answer(crowd.rush([lambda door: moved(door, "deposit", person, "1", key)] * TWINS))
    held = "select available::text from public.wallets where party_id = %s"
    assert float(market.one(held, person)) == 1
    prove(market)


def test_same_key_for_other_words(
    crowd: Crowd, market: Market, opened: tuple[UUID, UUID, UUID]
) -> None:
    _, buyer, trade_id = opened
    key = str(uuid4())
    offers = ["0.001", "0.002"] * (TWINS // 2)
    said = crowd.rush(
        [commands.trade(buyer, trade_id, "offer-split", key, payee_amount=each) for each in offers]
    )
    one_answer([each for each in said if each.done])
    refused = [each.code for each in said if not each.done]
    assert refused == ["idempotency_key_reused"] * (TWINS // 2)
    prove(market)


def test_same_key_for_another_trade(crowd: Crowd, market: Market) -> None:
    (seller,), (buyer,) = market.people(1, deposit="2"), market.people(1)
    order_id = market.order(seller)
    for _ in range(10):
        trades = [market.trade(order_id, buyer) for _ in range(4)]
        key = str(uuid4())
        said = crowd.rush([commands.trade(buyer, each, "concede", key) for each in trades])
        assert [each.done for each in said].count(True) == 1
        assert {each.code for each in said} <= {"", "idempotency_key_reused", "duplicate"}
        assert market.states(trades).count("refunded") == 1
    prove(market)
