"""Operators verify people over HTTP; whoever meets a limit is told which, and what is left."""

from uuid import UUID, uuid4

import pytest

from stack.people import ALICE, ARTHUR, BOB, OLGA
from tests.world.http.desk import PRICE, Desk

REASON = {"reason": "seen at the desk"}


@pytest.fixture
def newcomer(desk: Desk) -> UUID:
    return desk.stack.create_user(limited=True)


def profile(desk: Desk, who: UUID) -> dict[str, object]:
    (row,) = desk.read(who, f"/profiles?id=eq.{who}&select=phone_verified,verification_tier")
    return dict(row)


def test_an_operator_verifies_grants_and_takes_back(desk: Desk, newcomer: UUID) -> None:
    path = f"/profiles/{newcomer}"
    phone = {"flag": "phone", **REASON}
    assert desk.done(OLGA.id, f"{path}/verify", phone) == {
        "party_id": str(newcomer), "verification_tier": 1, "granted_tier": None, "flags": ["phone"],
        "name_verified": False,
    }  # fmt: skip
    assert profile(desk, newcomer) == {"phone_verified": True, "verification_tier": 1}
    granted = desk.done(OLGA.id, f"{path}/grant-tier", {"tier": 0, **REASON})
    assert (granted["verification_tier"], granted["granted_tier"]) == (0, 0)
    assert desk.done(OLGA.id, f"{path}/withdraw-tier", REASON)["verification_tier"] == 1
    assert desk.done(OLGA.id, f"{path}/revoke", phone)["flags"] == []
    history = desk.read(newcomer, "/profile_verifications?order=sequence&select=sequence,change")
    assert [each["change"] for each in history] == [
        "verify", "grant_tier", "withdraw_tier", "revoke",
    ]  # fmt: skip


def test_an_operator_says_which_name_the_document_has(desk: Desk, newcomer: UUID) -> None:
    path = f"/profiles/{newcomer}/verify"
    renamed = desk.write(newcomer, "PATCH", f"/profiles?id=eq.{newcomer}", {"full_name": "Ada L."})
    assert renamed.status == 204
    document = {"flag": "id_document", "name": "ada l.", **REASON}
    assert desk.done(OLGA.id, path, document)["name_verified"] is True
    assert desk.done(OLGA.id, path, document | {"name": "Ada B."})["name_verified"] is False
    wrong = desk.post(OLGA.id, path, document | {"flag": "phone"})
    assert (wrong.status, wrong.code) == (422, "bad_verification")
    session_only = desk.write(
        newcomer, "PATCH", f"/profiles?id=eq.{newcomer}", {"full_name": "Ada B."}, aal="aal1"
    )
    assert (session_only.status, session_only.body["message"]) == (403, "step_up_required")


def test_a_repeated_command_is_answered_again(desk: Desk, newcomer: UUID) -> None:
    body, key = {"flag": "phone", **REASON}, str(uuid4())
    first, again = (
        desk.post(OLGA.id, f"/profiles/{newcomer}/verify", body, key=key) for _ in range(2)
    )
    assert first.body == again.body
    assert (first.replayed, again.replayed) == (False, True)
    other = desk.post(OLGA.id, f"/profiles/{newcomer}/revoke", body, key=key)
    assert other.code == "idempotency_key_reused"


def test_security_only_an_operator_with_a_second_factor_verifies(
    desk: Desk, newcomer: UUID
) -> None:
    path, body = f"/profiles/{newcomer}/verify", {"flag": "phone", **REASON}
    for who in (newcomer, ALICE.id, ARTHUR.id):
        reply = desk.post(who, path, body)
        assert (reply.status, reply.code) == (403, "operator_only")
    reply = desk.post(OLGA.id, path, body, aal="aal1")
    assert (reply.status, reply.code) == (403, "step_up_required")
    assert desk.post(None, path, body).code == "unauthorized"
    assert profile(desk, newcomer) == {"phone_verified": False, "verification_tier": 0}


def test_the_development_traders_are_verified(desk: Desk) -> None:
    for trader in (ALICE, BOB):
        assert profile(desk, trader.id) == {"phone_verified": True, "verification_tier": 2}


@pytest.mark.usefixtures("unpriced")
def test_a_limit_is_told_in_words_and_as_data(desk: Desk, newcomer: UUID) -> None:
    seller = desk.stack.create_user()
    desk.deposit(seller)
    order = desk.draft(seller, min_order_amount="0.0001")
    desk.done(seller, f"/orders/{order}/publish")
    body = {"amount": "0.0041", "expected_price": PRICE}
    reply = desk.post(newcomer, f"/orders/{order}/take", body)
    assert (reply.status, reply.code) == (409, "limit_exceeded")
    assert reply.body["limit"] == {
        "name": "per_trade", "side": "taker", "maximum": "200", "left": "200", "unit": "USD",
        "frees_at": None,
    }  # fmt: skip
    assert reply.body["detail"] == "Of the limit per_trade (200 USD) 200 is left."
    assert "rpc/my_limits" in reply.body["hint"]
    desk.done(newcomer, f"/orders/{order}/take", body | {"amount": "0.004"})
    limits = desk.call(newcomer, "my_limits")
    assert limits["tier"] == 0
    assert limits["limits"]["daily"]["left"] == "300"
    assert limits["limits"]["unpaid_takes"]["left"] == "0"
