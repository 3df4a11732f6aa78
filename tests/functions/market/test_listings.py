"""Listings and guilds over PostgREST alone."""

from uuid import UUID, uuid4

import httpx
import pytest

from tests.world.http.desk import Desk
from tests.world.http.market import CURRENCY, listing, offer


def _seen(desk: Desk, who: UUID, query: str) -> list[str]:
    return [each["id"] for each in desk.read(who, f"/listings?{query}")]


@pytest.fixture
def seller(desk: Desk) -> UUID:
    return desk.stack.create_user()


def test_found_by_word_category_and_price(desk: Desk, seller: UUID) -> None:
    word = f"w{uuid4().hex}"
    cheap = listing(desk, seller, title=f"Red hat {word}", category="limiteds", price="20")
    dear = listing(desk, seller, title="Blue hat", description=word, price="2000")
    reader = desk.stack.create_user()
    assert set(_seen(desk, reader, f"search=wfts(simple).{word}")) == {cheap, dear}
    assert _seen(desk, reader, f"search=wfts(simple).{word.upper()} hat red") == [cheap]
    query = f"search=wfts(simple).{word}&category=eq.groups&currency=eq.{CURRENCY}&price=gt.1000"
    assert _seen(desk, reader, query) == [dear]
    anonymous = httpx.get(
        f"{desk.stack.rest_url}/rpc/listing?listing_id={cheap}",
        headers={"apikey": desk.stack.anon_key},
    )
    assert [each["price"] for each in anonymous.json()] == ["20"]


def test_the_status_moves_only_along_its_edges(desk: Desk, seller: UUID) -> None:
    made = listing(desk, seller, publish=False)
    path = f"/listings?id=eq.{made}"

    def becomes(status: str) -> int:
        return desk.write(seller, "PATCH", path, {"status": status}).status

    assert becomes("paused") == 409
    for status in ("active", "paused", "active"):
        assert becomes(status) == 204
    for status in ("draft", "sold_out", "expired"):
        assert becomes(status) == 409
    assert becomes("closed") == 204
    assert becomes("active") == 409
    assert desk.write(seller, "PATCH", path, {"title": "Another"}).status == 409
    assert desk.write(seller, "DELETE", path).status == 409
    assert _seen(desk, seller, f"id=eq.{made}") == [made]


@pytest.mark.parametrize(
    "change", [{"currency": "BTC"}, {"category": "games"}, {"units": 5}, {"units_left": 9},
               {"seller_id": str(uuid4())}, {"version": 9}, {"last_event": "sell"}]
)  # fmt: skip
def test_what_buyers_rely_on_is_fixed(desk: Desk, seller: UUID, change: dict[str, object]) -> None:
    made = listing(desk, seller)
    assert desk.write(seller, "PATCH", f"/listings?id=eq.{made}", change).status in (403, 409)


@pytest.mark.parametrize(
    ("change", "status"),
    [({"price": "0"}, 422), ({"price": "0.0000001"}, 422), ({"price": "NaN"}, 400),
     ({"currency": "DOGE"}, 422), ({"category": "weapons"}, 422), ({"images": ["x"]}, 422),
     ({"title": "ab"}, 422), ({"units": 0}, 422), ({"expires_at": "2000-01-01"}, 422),
     ({"expires_at": "infinity"}, 422), ({"status": "active"}, 403), ({"metadata": []}, 422)],
)  # fmt: skip
def test_what_is_no_listing(
    desk: Desk, seller: UUID, change: dict[str, object], status: int
) -> None:
    row = {"seller_id": str(seller), "category": "groups", "title": "A group", "price": "1",
           "currency": CURRENCY, **change}  # fmt: skip
    assert desk.write(seller, "POST", "/listings", row).status == status


def test_closing_a_listing_closes_its_offers(desk: Desk, seller: UUID) -> None:
    made, buyer = listing(desk, seller), desk.stack.create_user()
    offer_id = offer(desk, buyer, made)
    desk.write(seller, "PATCH", f"/listings?id=eq.{made}", {"status": "closed"})
    (row,) = desk.read(buyer, f"/offers?id=eq.{offer_id}")
    assert row["status"] == "closed"
    # Whoever was in touch with it still reads it; nobody else does.
    assert _seen(desk, buyer, f"id=eq.{made}") == [made]
    assert _seen(desk, desk.stack.create_user(), f"id=eq.{made}") == []


def test_a_guild_keeps_its_listings_to_itself(desk: Desk, seller: UUID) -> None:
    member, stranger = desk.stack.create_user(), desk.stack.create_user()
    guild = str(uuid4())
    assert desk.write(seller, "POST", "/guilds", {"name": f"Guild {guild}"}).status == 201
    (row,) = desk.read(seller, f"/guilds?name=eq.Guild {guild}")
    guild = row["id"]
    entry = {"guild_id": guild, "user_id": str(member), "role": "member"}
    assert desk.write(stranger, "POST", "/guild_members", entry).status == 403
    assert desk.write(seller, "POST", "/guild_members", entry).status == 403
    invitation = {"guild_id": guild, "user_id": str(member)}
    assert desk.write(seller, "POST", "/guild_invitations", invitation).status == 201
    assert desk.write(member, "POST", "/guild_members", entry).status == 201
    made = listing(desk, seller, guild_id=guild)
    assert _seen(desk, member, f"id=eq.{made}") == [made]
    assert _seen(desk, stranger, f"id=eq.{made}") == []
    body = {"amount": "300", "milestones": [
        {"title": "All", "description": "", "amount": "300", "days": 1}]}  # fmt: skip
    path = f"/listings/{made}/offers"
    assert desk.post(stranger, path, body).code == "listing_not_found"
    assert desk.post(member, path, body).status == 201
    assert desk.read(stranger, f"/guild_members?guild_id=eq.{guild}") == []
    member_row = f"/guild_members?guild_id=eq.{guild}&user_id=eq.{member}"
    assert desk.write(member, "PATCH", member_row, {"role": "admin"}).status == 403
    assert desk.read(seller, member_row)[0]["role"] == "member"
    assert desk.write(seller, "PATCH", member_row, {"role": "admin"}).status == 204
    owner_row = f"/guild_members?guild_id=eq.{guild}&user_id=eq.{seller}"
    for who in (member, seller):
        assert desk.write(who, "DELETE", owner_row).status == 403
        assert desk.write(who, "PATCH", owner_row, {"role": "member"}).status == 403
    other = listing(desk, seller, guild_id=guild)
    assert _seen(desk, member, f"id=eq.{other}") == [other]
    assert desk.write(member, "DELETE", member_row).status == 204
    # What they have an offer on stays in sight.
    assert _seen(desk, member, "guild_id=not.is.null") == [made]
