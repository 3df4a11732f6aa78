"""Law 7: the database says who you are. Stolen, foreign, forged and missing tokens."""

from uuid import uuid4

import pytest

from stack import tokens
from stack.people import ALICE, ARTHUR, OLGA
from tests.world.http.desk import ATTESTED, PRICE, Desk, Trade

WORDS = {
    "mark-paid": {},
    "release": {"confirm": True},
    "concede": {},
    "cancel": {},
    "offer-split": {"payee_amount": "0"},
    "withdraw-offer": {},
    "accept-split": {"offer_id": str(uuid4())},
    "dispute": {"reason": "x"},
    "statement": {"body": "x"},
    "evidence": {"sha256": "b" * 64},
    "evidence-downloads": {"sha256": "b" * 64},
    "accept-decision": {},
    "appeal": {},
    "claim": {"reason": "x"},
}


def versions(trade: Trade) -> list[tuple[object, ...]]:
    with trade.desk.stack.connect() as connection:
        return connection.execute(
            "select version, state from private.escrow_transactions where id = %s", [trade.id]
        ).fetchall()


@pytest.mark.parametrize("word", sorted(WORDS))
def test_a_third_party_sees_no_trade(trade: Trade, word: str) -> None:
    stranger = trade.desk.stack.create_user()
    reply = trade.post(stranger, word, WORDS[word])
    assert (reply.status, reply.code) == (404, "escrow_not_found")
    assert versions(trade) == [(1, "funded")]


def test_an_unassigned_arbiter_sees_no_trade(trade: Trade) -> None:
    assert trade.post(ARTHUR.id, "acknowledge").code == "escrow_not_found"


def test_an_operator_cannot_move_the_money(trade: Trade) -> None:
    for word in ("mark-paid", "release", "concede", "cancel"):
        assert trade.post(OLGA.id, word, WORDS[word]).code == "not_your_move"
    assert versions(trade) == [(1, "funded")]


def test_the_other_sides_moves_are_not_ones_own(trade: Trade) -> None:
    assert trade.post(trade.buyer, "release", {"confirm": True} | ATTESTED).code == "not_your_move"
    assert trade.post(trade.seller, "mark-paid").code == "not_your_move"
    assert trade.post(trade.seller, "concede").code == "not_your_move"


@pytest.mark.parametrize("field", ["actor_id", "actor_kind", "role", "fee_amount", "event"])
def test_nobody_says_who_they_are_in_the_body(trade: Trade, field: str) -> None:
    reply = trade.post(trade.buyer, "mark-paid", {field: str(trade.seller)})
    assert (reply.status, reply.code) == (422, "invalid_request")
    assert versions(trade) == [(1, "funded")]


def test_nobody_gives_operator_commands_but_operators(desk: Desk) -> None:
    body = {"party_id": str(ALICE.id), "currency": "BTC", "amount": "2", "reference": "slip 1"}
    for path in ("/deposits", "/withdrawals"):
        assert desk.post(ALICE.id, path, body).code == "operator_only"
    reason = {"reason": "x"}
    assert desk.post(ARTHUR.id, f"/transfers/{uuid4()}/reverse", reason).code == "operator_only"
    closing = {"event": "uphold", "amount": "1", "resolution": "x"}
    assert desk.post(ALICE.id, f"/cases/{uuid4()}/close", closing).code == "operator_only"


def test_orders_belong_to_their_maker(desk: Desk) -> None:
    maker, other = desk.stack.create_user(), desk.stack.create_user()
    desk.deposit(maker)
    order_id = desk.draft(maker)
    wanted = {"amount": "0.1", "expected_price": PRICE}
    for word, body in (("publish", {}), ("take", wanted), ("cancel", {})):
        assert desk.post(other, f"/orders/{order_id}/{word}", body).code == "order_not_found"
    desk.done(maker, f"/orders/{order_id}/publish")
    for word in ("publish", "cancel"):
        assert desk.post(other, f"/orders/{order_id}/{word}").code == "not_your_order"
    assert desk.post(maker, f"/orders/{order_id}/take", wanted).code == "own_order"


def test_bad_tokens(trade: Trade) -> None:
    stack = trade.desk.stack
    expired = stack.token(trade.buyer, expires_in=-60)
    forged = tokens.user_token("another secret of the same length as ours.....", trade.buyer)
    cases = {
        f"Bearer {expired}": (401, "token_expired"),
        f"Bearer {forged}": (401, "bad_token"),
        f"Bearer {stack.token(trade.buyer)}x": (401, "bad_token"),
        "Basic YTpi": (401, "bad_token"),
        # The public key signs nobody in.
        f"Bearer {stack.anon_key}": (403, "forbidden"),
        # Neither does the functions' own key: it is not a person.
        f"Bearer {stack.service_key}": (403, "forbidden"),
    }
    for authorization, expected in cases.items():
        reply = trade.post(trade.buyer, "mark-paid", Authorization=authorization)
        assert (reply.status, reply.code) == expected, authorization
    reply = trade.desk.post(None, f"/escrows/{trade.id}/mark-paid")
    assert (reply.status, reply.code) == (401, "unauthorized")
    assert versions(trade) == [(1, "funded")]


def test_money_moves_need_the_second_factor(trade: Trade) -> None:
    trade.done(trade.buyer, "mark-paid", aal="aal1")
    for word, body in (("release", {}), ("offer-split", {"payee_amount": "0.01"})):
        reply = trade.post(trade.seller, word, body, aal="aal1")
        assert (reply.status, reply.code) == (403, "step_up_required")
    trade.done(trade.buyer, "offer-split", {"payee_amount": "0.01"}, aal="aal1")
    (offer,) = trade.desk.read(trade.seller, f"/escrow_offers?escrow_id=eq.{trade.id}")
    accept = {"offer_id": offer["id"]}
    assert trade.post(trade.seller, "accept-split", accept, aal="aal1").code == "step_up_required"
    body = {"party_id": str(trade.seller), "currency": "BTC", "amount": "2", "reference": "slip 1"}
    assert trade.desk.post(OLGA.id, "/deposits", body, aal="aal1").code == "step_up_required"
    assert versions(trade) == [(3, "performed")]
