"""Whoever was stopped, as they meet it: commands and rows over HTTP."""

from uuid import UUID

import pytest

from tests.world.http.desk import ATTESTED, PRICE, Desk, Trade, open_trade
from tests.world.stopping import CODES, STOPS

TAKE = {"amount": "0.1", "expected_price": PRICE}


def stop(desk: Desk, who: UUID, standing: str) -> None:
    with desk.stack.connect() as connection:
        connection.execute(STOPS[standing], [who])


@pytest.mark.parametrize("standing", STOPS)
def test_no_new_business_and_no_destination(desk: Desk, standing: str) -> None:
    trade = open_trade(desk)
    who = desk.stack.create_user()
    stop(desk, who, standing)
    for path, body in (
        (f"/orders/{trade.order_id}/take", TAKE),
        ("/payout-destinations", {"rail": "stripe", "address": "acct_1"}),
        ("/webhook-endpoints", {"url": "https://hooks.example.com/in"}),
    ):
        reply = desk.post(who, path, body)
        assert (reply.status, reply.code) == (403, CODES[standing]), path
    written = desk.write(who, "POST", "/guilds", {"name": "New"})
    assert (written.status, written.body["message"]) == (403, CODES[standing])


def test_a_stopped_seller_still_releases_and_writes(trade: Trade) -> None:
    trade.done(trade.buyer, "mark-paid")
    stop(trade.desk, trade.seller, "suspended")
    message = {"trade_id": trade.id, "body": "I look at my bank."}
    assert trade.desk.write(trade.seller, "POST", "/trade_messages", message).status == 201
    assert trade.done(trade.seller, "release", ATTESTED)["state"] == "released"
    (mine,) = trade.desk.call(trade.seller, "my_standing")
    assert mine["standing"] == "suspended"
    assert "business" not in mine["may"]


def test_a_stopped_buyer_still_gives_up(trade: Trade) -> None:
    stop(trade.desk, trade.buyer, "closed")
    assert trade.done(trade.buyer, "concede")["state"] == "refunded"


def test_an_order_of_a_stopped_maker_leaves_the_book(trade: Trade) -> None:
    def in_the_book() -> bool:
        return trade.order_id in {line["id"] for line in trade.desk.book(trade.buyer, "sell")}

    assert in_the_book()
    stop(trade.desk, trade.seller, "suspended")
    assert not in_the_book()
    taker = trade.desk.stack.create_user()
    reply = trade.desk.post(taker, f"/orders/{trade.order_id}/take", TAKE)
    assert (reply.status, reply.code) == (404, "order_not_found")


def test_a_session_without_second_factor_leads_nothing_elsewhere(desk: Desk) -> None:
    """The same over HTTP: destinations, endpoints, accounts, and an order that nobody compares."""
    who = desk.stack.create_user()
    desk.deposit(who)
    order = desk.draft(who)
    for path, body in (
        ("/payout-destinations", {"rail": "stripe", "address": "acct_1"}),
        ("/webhook-endpoints", {"url": "https://hooks.example.com/in"}),
        (f"/orders/{order}/publish", {}),
    ):
        reply = desk.post(who, path, body, aal="aal1")
        assert (reply.status, reply.code) == (403, "step_up_required"), path
    account = {
        "user_id": str(who), "method": "pix", "fields": {"holder": "Somebody", "key": "a"},
    }  # fmt: skip
    for row, path in (
        (account, "/payment_accounts"),
        ({"order_id": order, "auto_reply": "Pay to another account."}, "/p2p_auto_replies"),
    ):
        written = desk.write(who, "POST", path, row, aal="aal1")
        assert (written.status, written.body["message"]) == (403, "step_up_required"), path
        assert desk.write(who, "POST", path, row).status == 201
    desk.done(who, f"/orders/{order}/publish")
