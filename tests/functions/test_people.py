"""What people write and read of each other over HTTP: quotas, words, names, who knows whom."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.functions.desk import Desk, Trade
from tests.functions.market import listing, milestone
from tests.stack.people import ALICE


def _terms(amount: str = "300", **changes: Any) -> dict[str, Any]:
    return {"amount": amount, "milestones": [milestone(amount)], **changes}


@pytest.fixture
def small(desk: Desk) -> Iterator[Desk]:
    """Every quota is two a day, for everybody; as it was afterwards."""
    with desk.stack.connect() as connection:
        connection.execute("create table private.quotas_before as table private.quotas")
        connection.execute("update private.quotas set max_in_window = 2, in_window = '1 day'")
        connection.execute("delete from private.quota_levels")
    try:
        yield desk
    finally:
        with desk.stack.connect() as connection:
            connection.execute("delete from private.quotas")
            connection.execute("insert into private.quotas table private.quotas_before")
            connection.execute("drop table private.quotas_before")


def test_a_full_quota_is_429_and_says_when_to_come_back(small: Desk) -> None:
    person = small.stack.create_user()
    for number in range(2):
        assert small.write(person, "POST", "/guilds", {"name": f"Guild {number}"}).status == 201
    reply = small.write(person, "POST", "/guilds", {"name": "One more"})
    assert reply.status == 429, reply.body
    assert (reply.body["message"], reply.body["code"]) == ("quota_exceeded", "PT429")
    assert 43000 < int(reply.headers["retry-after"]) <= 43200


def test_a_command_says_the_same_as_a_problem(small: Desk) -> None:
    seller, buyer = small.stack.create_user(), small.stack.create_user()
    listings = [listing(small, seller) for _ in range(2)]
    path = f"/listings/{listings[0]}/offers"
    for _ in range(2):
        made = small.done(buyer, path, _terms())
        small.done(buyer, f"/offers/{made['offer_id']}/withdraw")
    reply = small.post(buyer, f"/listings/{listings[1]}/offers", _terms())
    assert (reply.status, reply.code) == (429, "quota_exceeded")
    assert (reply.body["quota"], reply.body["maximum"]) == ("offer", 2)
    assert reply.headers["retry-after"] == str(reply.body["retry_after"])
    assert len(small.read(seller, "/offers")) == 2


def test_offers_to_split_stop_ringing(small: Desk, trade: Trade) -> None:
    trade.done(trade.buyer, "mark-paid")
    before = _heard(small, trade)
    said = [
        trade.post(trade.buyer, "offer-split", {"payee_amount": f"0.0{n}"}).status
        for n in range(1, 6)
    ]
    assert said == [200, 200, 429, 429, 429]
    assert _heard(small, trade) == before + 2


def _heard(desk: Desk, trade: Trade) -> int:
    with desk.stack.connect() as connection:
        row = connection.execute(
            "select count(*) from private.outbox where %s = any (parties)", [trade.seller]
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_what_needs_no_waiting_says_so(small: Desk) -> None:
    with small.stack.connect() as connection:
        connection.execute("update private.quotas set max_open = 0 where kind = 'guild'")
    reply = small.write(ALICE.id, "POST", "/guilds", {"name": "None at all"})
    assert (reply.status, reply.body["message"]) == (429, "quota_exceeded")
    assert "retry-after" not in reply.headers
