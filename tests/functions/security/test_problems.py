"""Refusals are problem documents with stable codes, and say what to do."""

from typing import Any
from uuid import uuid4

import pytest

from stack.people import OLGA
from tests.world.http.desk import PRICE, Desk, Trade


def test_the_document(trade: Trade) -> None:
    reply = trade.post(trade.seller, "release", **{"X-Request-Id": "from-the-client"})
    assert reply.status == 422
    assert reply.body == {
        "type": "urn:holdfast:problem:confirmation_required",
        "code": "confirmation_required",
        "title": "Confirmation required",
        "status": 422,
        "detail": "Releasing before performance needs an explicit confirmation.",
        "hint": "Send confirm: true.",
        "request_id": "from-the-client",
    }
    assert reply.headers["x-request-id"] == "from-the-client"


FILE = {"sha256": "b" * 64, "name": "a.png", "media_type": "image/png", "size_bytes": 1}
BAD: list[tuple[str, Any]] = [
    ("offer-split", {"payee_amount": 0.05}),
    ("offer-split", {"payee_amount": "-0.05"}),
    ("offer-split", {"payee_amount": "1e-2"}),
    ("offer-split", {}),
    ("offer-split", []),
    ("accept-split", {"offer_id": "mine"}),
    ("dispute", {"reason": ""}),
    ("dispute", {"reason": "x" * 65}),
    ("statement", {"body": ""}),
    ("statement", {"body": "x" * 50_001}),
    ("evidence", {"sha256": "B" * 64}),
    ("evidence-downloads", {"sha256": "b" * 63}),
    ("evidence-uploads", FILE | {"sha256": "B" * 64}),
    ("evidence-uploads", FILE | {"size_bytes": 20_971_521}),
    ("evidence-uploads", FILE | {"purpose": "fun"}),
    ("decide", {"payer_amount": "1", "payee_amount": "0", "reason": "x", "grounds": "short"}),
    ("mark-paid", {"expected_version": 0}),
    ("freeze", {}),
    ("assign", {"arbiter_id": None}),
]


@pytest.mark.parametrize(("word", "body"), BAD)
def test_bad_bodies(trade: Trade, word: str, body: Any) -> None:
    reply = trade.post(trade.buyer, word, body)
    assert (reply.status, reply.code) == (422, "invalid_request")
    assert reply.body["errors"]
    assert all(set(error) == {"field", "message"} for error in reply.body["errors"])


def test_characters_that_the_database_cannot_keep(trade: Trade) -> None:
    reply = trade.post(trade.buyer, "mark-paid", {"reference": "a\x00b"})
    assert (reply.status, reply.code) == (400, "bad_value")


@pytest.mark.parametrize("path", ["/escrows/1/release", "/orders/x/take", "/transfers/-/reverse"])
def test_ids_are_uuids(desk: Desk, path: str) -> None:
    body = {"amount": "1", "expected_price": PRICE} if path.endswith("take") else {}
    body = {"reason": "x"} if path.endswith("reverse") else body
    assert desk.post(OLGA.id, path, body).code == "invalid_request"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": "0.009"}, "amount_out_of_range"),
        ({"amount": "1.1"}, "amount_out_of_range"),
        ({"amount": "0.123456789"}, "amount_out_of_range"),
        ({"amount": "0.95"}, "not_enough_remaining"),
        ({"expected_price": "49999"}, "price_changed"),
    ],
)
def test_takes(trade: Trade, change: dict[str, str], code: str) -> None:
    body = {"amount": "0.1", "expected_price": PRICE, **change}
    taker = trade.desk.stack.create_user()
    assert trade.desk.post(taker, f"/orders/{trade.order_id}/take", body).code == code


def test_the_ledger(desk: Desk) -> None:
    party = desk.stack.create_user()
    deposited = desk.deposit(party, "1")["transfer_id"]

    def withdraw(amount: str, currency: str = "BTC", who: object = party) -> str:
        body = {"party_id": str(who), "currency": currency, "amount": amount,
                "reference": "slip 1"}  # fmt: skip
        return desk.post(OLGA.id, "/withdrawals", body).code

    assert withdraw("1.1") == "insufficient_funds"
    assert withdraw("0.000000001") == "bad_amount"
    assert withdraw("1", currency="XXX") == "bad_amount"
    assert withdraw("1", who=uuid4()) == "party_not_found"
    path, reason = f"/transfers/{deposited}/reverse", {"reason": "typing error"}
    desk.done(OLGA.id, path, reason)
    assert desk.post(OLGA.id, path, reason).code == "already_reversed"
    assert desk.post(OLGA.id, f"/transfers/{uuid4()}/reverse", reason).code == "transfer_not_found"


def test_cases(trade: Trade) -> None:
    claim = {"reason": "chargeback"}
    assert trade.post(trade.seller, "claim", claim).code == "illegal_move"
    trade.done(trade.buyer, "concede")
    trade.done(trade.seller, "claim", claim)
    assert trade.post(trade.seller, "claim", claim).code == "duplicate"
    closing = {"event": "uphold", "amount": "0.2", "resolution": "x"}
    assert trade.desk.post(OLGA.id, f"/cases/{uuid4()}/close", closing).code == "case_not_found"
    (case,) = trade.desk.read(trade.seller, f"/escrow_cases?escrow_id=eq.{trade.id}&select=id")
    reply = trade.desk.post(OLGA.id, f"/cases/{case['id']}/close", closing)
    assert (reply.status, reply.code) == (422, "bad_amount")
