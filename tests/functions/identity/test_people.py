"""What people write and read of each other over HTTP: quotas, words, names, who knows whom."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from stack.people import ALICE
from tests.world.http.desk import Desk, Trade
from tests.world.http.market import funded, listing, milestone


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


def test_the_contract_is_what_the_offer_was_made_on(desk: Desk) -> None:
    seller, buyer = desk.stack.create_user(), desk.stack.create_user()
    listing_id = listing(desk, seller, title="A group with 10k members")
    made = desk.done(buyer, f"/listings/{listing_id}/offers", _terms())
    row = {"title": "A group", "description": "Without its members.", "metadata": {"members": 1}}
    assert desk.write(seller, "PATCH", f"/listings?id=eq.{listing_id}", row).status == 204
    countered = desk.done(seller, f"/offers/{made['offer_id']}/counter", _terms("310"))
    copies = [
        desk.read(who, f"/offers?id=eq.{countered['offer_id']}&select=listing_copy,listing_hash")
        for who in (seller, buyer)
    ]
    assert copies[0] == copies[1]
    assert copies[0][0]["listing_copy"]["title"] == "A group with 10k members"
    contract = desk.done(buyer, f"/offers/{countered['offer_id']}/accept")
    (row,) = desk.read(buyer, f"/contracts?id=eq.{contract['contract_id']}")
    listed = json.loads(row["document"])["listing"]
    assert listed["title"] == "A group with 10k members"
    assert listed["description"] == "Active since 2019, all roles included."
    assert listed["sha256"] == made["listing_hash"] == countered["listing_hash"]


@pytest.mark.parametrize("how", ["closed", "sold_out"])
def test_a_listing_that_went_away_in_between_says_so(desk: Desk, how: str) -> None:
    seller, buyer, other = (desk.stack.create_user() for _ in range(3))
    listing_id = listing(desk, seller)
    made = desk.done(buyer, f"/listings/{listing_id}/offers", _terms())
    if how == "closed":
        desk.write(seller, "PATCH", f"/listings?id=eq.{listing_id}", {"status": "closed"})
    else:
        theirs = desk.done(other, f"/listings/{listing_id}/offers", _terms())
        desk.done(seller, f"/offers/{theirs['offer_id']}/accept")
    for who, word, body in (
        (seller, "accept", {}), (seller, "reject", {}), (seller, "counter", _terms()),
        (buyer, "withdraw", {}),
    ):  # fmt: skip
        reply = desk.post(who, f"/offers/{made['offer_id']}/{word}", body)
        assert (reply.status, reply.code) == (409, "listing_changed"), word


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


@pytest.mark.parametrize("empty", [" ", "\u200b", "\u3164\u2800", " \n\t "])
def test_an_empty_delivery_is_none(desk: Desk, empty: str) -> None:
    made = funded(desk)
    path = f"/escrows/{made.milestones[0]}"
    for word, who, body in (
        ("deliver", made.seller, {"note": empty}),
        ("dispute", made.buyer, {"reason": "not_delivered", "description": empty}),
        ("dispute", made.buyer, {"reason": empty}),
    ):
        reply = desk.post(who, f"{path}/{word}", body)
        assert (reply.status, reply.code) == (422, "invalid_request"), word
    assert made.status() == "active"
    made.done(made.seller, 1, "deliver", {"note": "It is in your account."})


@pytest.mark.parametrize("empty", [" ", "\u200b", "\u3164", "\n"])
def test_an_empty_message_is_none(desk: Desk, trade: Trade, empty: str) -> None:
    reply = desk.write(
        trade.buyer, "POST", "/trade_messages", {"trade_id": trade.id, "body": empty}
    )
    assert reply.status == 422
    assert reply.body["message"] in ("text_invalid", "message_invalid")
    assert desk.read(trade.seller, f"/trade_messages?trade_id=eq.{trade.id}") == []


@pytest.mark.parametrize(
    ("path", "row", "code"),
    [
        ("/guilds", {"name": "Holdfast Support"}, "name_reserved"),
        ("/guilds", {"name": "4dm1n"}, "name_reserved"),
        ("/guilds", {"name": "two\nlines"}, "text_invalid"),
        ("/guilds", {"name": "Nova\u202eevil"}, "text_invalid"),
        ("/profiles", {"avatar_url": "javascript:alert(1)"}, "text_invalid"),
        ("/profiles", {"avatar_url": "data:text/html,x"}, "text_invalid"),
        ("/profiles", {"full_name": "No\u200bva"}, "text_invalid"),
        ("/profiles", {"full_name": "Holdfast Ltd"}, "name_reserved"),
    ],
)
def test_what_pretends_is_refused(desk: Desk, path: str, row: dict[str, str], code: str) -> None:
    person = desk.stack.create_user()
    if path == "/profiles":
        reply = desk.write(person, "PATCH", f"/profiles?id=eq.{person}", row)
    else:
        reply = desk.write(person, "POST", path, row)
    assert (reply.status, reply.body["message"]) == (422, code)


def test_nobody_is_put_into_a_guild(desk: Desk) -> None:
    owner, person, stranger = (desk.stack.create_user() for _ in range(3))
    guild = str(uuid4())
    assert desk.write(owner, "POST", "/guilds", {"id": guild, "name": "Traders"}).status == 201
    entry = {"guild_id": guild, "user_id": str(person), "role": "member"}
    assert desk.write(owner, "POST", "/guild_members", entry).status == 403
    assert desk.write(person, "POST", "/guild_members", entry).status == 403
    invitation = {"guild_id": guild, "user_id": str(person)}
    assert desk.write(stranger, "POST", "/guild_invitations", invitation).status == 403
    assert desk.write(owner, "POST", "/guild_invitations", invitation).status == 201
    mine = f"/guild_invitations?guild_id=eq.{guild}"
    assert desk.read(stranger, mine) == []
    assert [row["invited_by"] for row in desk.read(person, mine)] == [str(owner)]
    for who, row in ((stranger, entry), (owner, entry), (person, {**entry, "role": "admin"})):
        assert desk.write(who, "POST", "/guild_members", row).status == 403
    assert desk.write(person, "POST", "/guild_members", entry).status == 201
    assert desk.read(person, mine) == []
    own = f"/guild_members?guild_id=eq.{guild}&user_id=eq.{person}"
    assert desk.write(person, "DELETE", own).status == 204
    assert desk.write(person, "POST", "/guild_members", entry).status == 403
