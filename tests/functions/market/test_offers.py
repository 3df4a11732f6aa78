"""Offers on listings: who may say what, in which order, until when."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.world.http.desk import Desk
from tests.world.http.market import listing, milestone, offer


def _terms(amount: str = "300", **changes: Any) -> dict[str, Any]:
    return {"amount": amount, "milestones": [milestone(amount)], **changes}


def _status(desk: Desk, who: UUID, offer_id: str) -> str:
    (row,) = desk.read(who, f"/offers?id=eq.{offer_id}")
    return str(row["status"])


@pytest.fixture
def seller(desk: Desk) -> UUID:
    return desk.stack.create_user()


@pytest.fixture
def buyer(desk: Desk) -> UUID:
    return desk.stack.create_user()


def test_a_chain_of_offers_ends_in_one_contract(desk: Desk, seller: UUID, buyer: UUID) -> None:
    listing_id = listing(desk, seller)
    first = offer(desk, buyer, listing_id, ("200",))
    assert desk.post(buyer, f"/offers/{first}/accept").code == "offer_is_yours"
    second = desk.done(seller, f"/offers/{first}/counter", _terms("280"))["offer_id"]
    third = desk.done(buyer, f"/offers/{second}/counter", _terms("250", conditions="Today."))
    assert desk.post(seller, f"/offers/{second}/withdraw").code == "offer_not_pending"
    contract = desk.done(seller, f"/offers/{third['offer_id']}/accept")
    assert contract["total"] == "250"
    (row,) = desk.read(buyer, f"/contracts?id=eq.{contract['contract_id']}")
    assert '"conditions":"Today."' in row["document"]
    statuses = [_status(desk, buyer, each) for each in (first, second, third["offer_id"])]
    assert statuses == ["countered", "countered", "accepted"]
    chain = desk.read(buyer, f"/offers?listing_id=eq.{listing_id}&order=id")
    assert [each["parent_id"] for each in chain] == [None, first, second]


def test_rejected_withdrawn_and_expired(desk: Desk, seller: UUID, buyer: UUID) -> None:
    listing_id = listing(desk, seller)
    first = offer(desk, buyer, listing_id)
    assert desk.post(seller, f"/offers/{first}/withdraw").code == "offer_is_theirs"
    assert desk.post(buyer, f"/offers/{first}/reject").code == "offer_is_yours"
    assert desk.done(seller, f"/offers/{first}/reject")["status"] == "rejected"
    second = offer(desk, buyer, listing_id)
    assert desk.done(buyer, f"/offers/{second}/withdraw")["status"] == "withdrawn"
    third = offer(desk, buyer, listing_id)
    try:
        desk.stack.clock.advance(hours=73)
        assert desk.post(seller, f"/offers/{third}/accept").code == "offer_not_pending"
        assert desk.stack.tick("MarketExpireFunction")["expired"] == 1
        assert _status(desk, buyer, third) == "expired"
    finally:
        desk.stack.clock.reset()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": "0.0000001", "milestones": [milestone("0.0000001")]}, "bad_offer"),
        ({"milestones": [milestone("299.999999")]}, "milestones_do_not_add_up"),
        ({"expires_at": "2000-01-01T00:00:00Z"}, "bad_offer"),
        ({"expires_at": "2099-01-01T00:00:00Z"}, "bad_offer"),
        ({"milestones": []}, "invalid_request"),
        ({"milestones": [milestone("300", days=366)]}, "invalid_request"),
        ({"milestones": [milestone("300.0000001")], "amount": "300.0000001"}, "bad_offer"),
        ({"milestones": [milestone("150.00000050"), milestone("149.9999995")]},
         "milestones_do_not_add_up"),
        ({"amount": "-1"}, "invalid_request"), ({"party_id": str(uuid4())}, "not_your_party"),
    ],
)  # fmt: skip
def test_what_is_no_offer(
    desk: Desk, seller: UUID, buyer: UUID, changes: dict[str, Any], code: str
) -> None:
    listing_id = listing(desk, seller)
    reply = desk.post(buyer, f"/listings/{listing_id}/offers", {**_terms(), **changes})
    assert reply.code == code
    assert desk.read(buyer, "/offers") == []


def test_who_may_not_offer(desk: Desk, seller: UUID, buyer: UUID) -> None:
    listing_id = listing(desk, seller)
    path = f"/listings/{listing_id}/offers"
    assert desk.post(None, path, _terms()).status == 401
    assert desk.post(seller, path, _terms()).code == "own_listing"
    offer(desk, buyer, listing_id)
    assert desk.post(buyer, path, _terms()).code == "offer_open_already"
    draft = listing(desk, seller, publish=False)
    assert desk.post(buyer, f"/listings/{draft}/offers", _terms()).code == "listing_not_found"
    blocked = desk.stack.create_user()
    row = {"blocker_id": str(seller), "blocked_id": str(blocked)}
    assert desk.write(seller, "POST", "/p2p_blocks", row).status == 201
    assert desk.post(blocked, path, _terms()).code == "seller_unavailable"


def test_a_stranger_neither_sees_nor_answers(desk: Desk, seller: UUID, buyer: UUID) -> None:
    offer_id, stranger = offer(desk, buyer, listing(desk, seller)), desk.stack.create_user()
    assert desk.read(stranger, f"/offers?id=eq.{offer_id}") == []
    for word, body in (("accept", {}), ("reject", {}), ("withdraw", {}), ("counter", _terms())):
        reply = desk.post(stranger, f"/offers/{offer_id}/{word}", body)
        assert (reply.status, reply.code) == (404, "offer_not_found")


def test_the_last_unit_closes_every_other_offer(desk: Desk, seller: UUID) -> None:
    listing_id = listing(desk, seller, units=2)
    buyers = [desk.stack.create_user() for _ in range(4)]
    offers = [offer(desk, each, listing_id) for each in buyers]
    desk.done(seller, f"/offers/{offers[0]}/accept")
    assert _status(desk, buyers[2], offers[2]) == "pending"
    desk.done(seller, f"/offers/{offers[1]}/accept")
    assert [_status(desk, seller, each) for each in offers] == [
        "accepted", "accepted", "closed", "closed",
    ]  # fmt: skip
    assert desk.post(seller, f"/offers/{offers[2]}/accept").code == "listing_changed"


def test_eight_offers_accepted_at_once_sell_what_there_is(desk: Desk, seller: UUID) -> None:
    listing_id = listing(desk, seller, units=3)
    buyers = [desk.stack.create_user() for _ in range(8)]
    offers = [offer(desk, each, listing_id) for each in buyers]
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda each: desk.post(seller, f"/offers/{each}/accept"), offers))
    assert sorted(reply.status for reply in replies) == [201] * 3 + [409] * 5
    (row,) = desk.read(seller, f"/listings?id=eq.{listing_id}")
    assert (row["status"], row["units_left"]) == ("sold_out", 0)
    assert len(desk.read(seller, f"/contracts?listing_id=eq.{listing_id}")) == 3


def test_a_limit_of_either_side_stops_the_contract(desk: Desk, seller: UUID) -> None:
    small = desk.stack.create_user(limited=True)
    offer_id = offer(desk, small, listing(desk, seller), ("300",))
    # Who accepts is told about their own limit, and only that there is one of the other side.
    assert desk.post(seller, f"/offers/{offer_id}/accept").code == "counterparty_limit"
    assert _status(desk, small, offer_id) == "pending"
    offer_id = offer(desk, desk.stack.create_user(), listing(desk, small), ("300",))
    reply = desk.post(small, f"/offers/{offer_id}/accept")
    assert (reply.code, reply.body["limit"]["name"]) == ("limit_exceeded", "per_trade")


def test_both_sides_hear_of_every_step(desk: Desk, seller: UUID, buyer: UUID) -> None:
    first = offer(desk, buyer, listing(desk, seller))
    second = desk.done(seller, f"/offers/{first}/counter", _terms())["offer_id"]
    desk.done(buyer, f"/offers/{second}/accept")
    desk.stack.tick("RelayFunction")
    desk.stack.settle()
    for who in (buyer, seller):
        feed = desk.read(who, "/notifications?select=event&order=id")
        heard = [each["event"] for each in feed if each["event"].startswith(("offer", "contract"))]
        assert sorted(heard) == sorted(
            ["offer.make", "offer.counter", "offer.make", "offer.accept", "contract.make"]
        )
