"""Ratings and public profiles over the address that clients use."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from stack.people import OLGA
from stack.stack import Stack
from tests.world.http.desk import ATTESTED, Desk, Trade, open_trade

REFRESH = "ReputationRefreshFunction"


@pytest.fixture
def settled(desk: Desk) -> Trade:
    """A trade whose seller has released."""
    trade = open_trade(desk)
    trade.done(trade.buyer, "mark-paid")
    trade.done(trade.seller, "release", ATTESTED)
    return trade


def rate(
    stack: Stack, who: UUID | None, trade_id: str, score: Any = 5, **more: Any
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {stack.token(who)}"} if who else {}
    body = {"trade_id": trade_id, "score": score, **more}
    return httpx.post(f"{stack.url}/rest/v1/p2p_ratings", json=body, headers=headers)


def public(stack: Stack, path: str) -> Any:
    """What somebody reads who is not signed in."""
    answer = httpx.get(f"{stack.url}/rest/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def about(stack: Stack, party: UUID) -> Any:
    rows = public(stack, f"/rpc/trader_ratings?party_id={party}")
    return [{name: row[name] for name in ("author_role", "score", "comment")} for row in rows]


@pytest.mark.usefixtures("unpriced")
def test_both_rate_and_the_profile_shows_it(advanced: Stack, settled: Trade) -> None:
    stack = advanced
    assert rate(stack, settled.buyer, settled.id, 4, comment="Quick.").status_code == 201
    assert about(stack, settled.seller) == []
    blind = f"/p2p_ratings?select=score&trade_id=eq.{settled.id}"
    assert settled.desk.read(settled.seller, blind) == []
    assert rate(stack, settled.seller, settled.id, 5).status_code == 201
    both = settled.desk.read(settled.seller, blind)
    assert sorted(each["score"] for each in both) == [4, 5]
    stack.clock.advance(days=3)
    assert about(stack, settled.seller) == [
        {"author_role": "buyer", "score": 4, "comment": "Quick."}
    ]
    assert stack.tick(REFRESH)["refreshed"] > 0
    assert stack.tick(REFRESH) == {"refreshed": 0}
    (profile,) = public(stack, f"/rpc/trader?party_id={settled.seller}")
    assert profile.keys() >= {"display_name", "member_since", "phone_verified", "score"}
    assert not profile.keys() & {"full_name", "email", "preferences", "avatar_url"}
    figures = {
        "completed_trades": 1, "volume": "5000", "counterparties": 1, "rating_count": 1,
        "rating_average": "4",
    }  # fmt: skip
    assert profile.items() >= figures.items()
    assert profile["median_release_time"].startswith("00:00:")
    with stack.connect() as connection:
        assert connection.execute("select * from ledger.verify()").fetchall() == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"score": 6}, 422, "rating_invalid"),
        ({"score": 0}, 422, "rating_invalid"),
        ({"score": None}, 422, "rating_invalid"),
        ({"comment": "x" * 501}, 422, "rating_invalid"),
        ({"trade_id": str(uuid4())}, 404, "trade_not_found"),
    ],
)
def test_a_bad_rating_is_refused_with_its_code(
    stack: Stack, settled: Trade, body: dict[str, Any], status: int, code: str
) -> None:
    right: dict[str, Any] = {"trade_id": settled.id}
    answer = rate(stack, settled.buyer, **(right | body))
    assert (answer.status_code, answer.json()["message"]) == (status, code)
    assert rate(stack, settled.buyer, settled.id).status_code == 201


def test_a_rating_comes_once_from_a_party_of_a_settled_trade(
    stack: Stack, desk: Desk, settled: Trade
) -> None:
    running = open_trade(desk)
    assert rate(stack, running.buyer, running.id).json()["message"] == "trade_not_settled"
    for stranger in (stack.create_user(), OLGA.id):
        assert rate(stack, stranger, settled.id).json()["message"] == "trade_not_found"
    assert rate(stack, None, settled.id).status_code == 401
    assert rate(stack, settled.buyer, settled.id, 1).status_code == 201
    assert rate(stack, settled.buyer, settled.id, 5).json()["message"] == "rating_exists"


def test_nobody_writes_a_public_profile(stack: Stack, settled: Trade) -> None:
    where = f"{stack.url}/rest/v1/trader_profiles?party_id=eq.{settled.seller}"
    for who in (settled.seller, OLGA.id):
        headers = {"Authorization": f"Bearer {stack.token(who, aal='aal2')}"}
        assert httpx.patch(where, json={"score": 9}, headers=headers).status_code == 403
        assert httpx.delete(where, headers=headers).status_code == 403
    assert httpx.patch(where, json={"score": 9}).status_code == 401
    headers = {"Authorization": f"Bearer {stack.service_key}"}
    assert httpx.patch(where, json={"score": 9}, headers=headers).status_code == 403
