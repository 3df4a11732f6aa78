"""A whole trade through the address that clients use, to the last unit of money."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from functions.escrow.bodies import CaseClosed, CaseOpened, EscrowMoved
from functions.ledger.transfer_routes import Posted
from functions.p2p.bodies import OrderMoved, TradeOpened
from stack.people import OLGA
from tests.world.http.desk import ATTESTED, PRICE, Desk, Trade


def balance(desk: Desk, who: UUID) -> tuple[Decimal, Decimal]:
    """Available and locked BTC."""
    rows = desk.read(who, "/wallet_balances?currency=eq.BTC&select=available,locked")
    return (
        (Decimal(rows[0]["available"]), Decimal(rows[0]["locked"])) if rows else (Decimal(0),) * 2
    )


def problems(desk: Desk) -> list[Any]:
    with desk.stack.connect() as connection:
        return connection.execute("select * from ledger.verify()").fetchall()


def test_from_deposit_to_claim(desk: Desk) -> None:
    seller, buyer = desk.stack.create_user(), desk.stack.create_user()
    Posted.model_validate(desk.deposit(seller, "2"))

    order_id = desk.draft(seller)
    desk.auto_reply(seller, order_id, "Use IBAN 1.")
    OrderMoved.model_validate(desk.done(seller, f"/orders/{order_id}/publish"))
    assert balance(desk, seller) == (Decimal(1), Decimal(1))

    wanted = {"amount": "0.12345678", "expected_price": PRICE}
    reply = desk.post(buyer, f"/orders/{order_id}/take", wanted)
    taken = TradeOpened.model_validate(reply.body)
    assert reply.status == 201
    assert (taken.fiat_amount, taken.auto_reply) == (Decimal("6172.84"), "Use IBAN 1.")

    path = f"/escrows/{taken.trade_id}"
    paid = EscrowMoved.model_validate(desk.done(buyer, f"{path}/mark-paid", {"reference": "42"}))
    assert (paid.state, paid.version, paid.payee_amount) == ("performed", 2, None)
    assert desk.read(buyer, f"/p2p_trades?id=eq.{taken.trade_id}")[0]["status"] == (
        "payment_confirmed"
    )

    released = EscrowMoved.model_validate(desk.done(seller, f"{path}/release", ATTESTED))
    assert released.state == "released"
    assert released.fee_amount == Decimal("0.00061728")
    assert released.payee_amount == Decimal("0.12283950")
    assert balance(desk, buyer) == (Decimal("0.1228395"), Decimal(0))
    assert balance(desk, seller) == (Decimal(1), Decimal("0.87654322"))

    case = CaseOpened.model_validate(desk.done(seller, f"{path}/claim", {"reason": "chargeback"}))
    closing = {"event": "uphold", "amount": "0.01", "resolution": "The bank took it back."}
    closed = desk.done(OLGA.id, f"/cases/{case.case_id}/close", closing)
    assert CaseClosed.model_validate(closed).state == "upheld"
    assert balance(desk, seller)[0] == Decimal("1.01")

    OrderMoved.model_validate(desk.done(seller, f"/orders/{order_id}/cancel"))
    assert balance(desk, seller) == (Decimal("1.88654322"), Decimal(0))
    assert problems(desk) == []


def test_a_buy_order_locks_the_takers_crypto(desk: Desk) -> None:
    buyer, seller = desk.stack.create_user(), desk.stack.create_user()
    desk.deposit(seller, "0.3")
    order_id = desk.draft(buyer, type="buy")
    desk.done(buyer, f"/orders/{order_id}/publish")
    desk.let_be_paid(seller)
    path = f"/orders/{order_id}/take"
    reply = desk.post(seller, path, {"amount": "0.4", "expected_price": PRICE})
    assert (reply.status, reply.code) == (409, "insufficient_funds")
    taken = desk.done(seller, path, {"amount": "0.2", "expected_price": PRICE})
    assert balance(desk, seller) == (Decimal("0.1"), Decimal("0.2"))
    desk.done(buyer, f"/escrows/{taken['trade_id']}/mark-paid")
    desk.done(seller, f"/escrows/{taken['trade_id']}/release", ATTESTED)
    assert balance(desk, buyer) == (Decimal("0.199"), Decimal(0))


def test_only_its_maker_knows_a_paused_order(desk: Desk) -> None:
    maker, stranger = desk.stack.create_user(), desk.stack.create_user()
    desk.deposit(maker, "1")
    order_id = desk.draft(maker)
    desk.done(maker, f"/orders/{order_id}/publish")
    wanted = {"amount": "0.1", "expected_price": PRICE}
    reply = desk.post(stranger, f"/orders/{order_id}/cancel")
    assert (reply.status, reply.code) == (403, "not_your_order")
    desk.done(maker, f"/orders/{order_id}/pause")
    for command, body in (("take", wanted), ("cancel", None), ("resume", None)):
        reply = desk.post(stranger, f"/orders/{order_id}/{command}", body)
        assert (reply.status, reply.code) == (404, "order_not_found"), command
    reply = desk.post(maker, f"/orders/{order_id}/take", wanted)
    assert (reply.status, reply.code) == (409, "order_not_active")


def test_giving_up_and_agreeing(desk: Desk, trade: Trade) -> None:
    offered = trade.done(trade.buyer, "offer-split", {"payee_amount": "0.06"})
    assert (offered["event"], offered["state"]) == ("offer_split", "funded")
    trade.done(trade.buyer, "withdraw-offer")
    trade.done(trade.seller, "offer-split", {"payee_amount": "0.05"})
    split = trade.done(trade.buyer, "offer-split", {"payee_amount": "0.04"})
    assert (split["event"], split["state"]) == ("accept_split", "split")
    assert (split["payer_amount"], split["payee_amount"]) == ("0.05", "0.04975")


def test_who_changes_a_published_order_is_told(desk: Desk, trade: Trade) -> None:
    path = f"/p2p_orders?id=eq.{trade.order_id}"
    reply = desk.write(trade.seller, "PATCH", path, {"price": "1"})
    assert (reply.status, reply.body["message"]) == (409, "order_is_published")
    reply = desk.write(trade.seller, "DELETE", path)
    assert (reply.status, reply.body["message"]) == (409, "order_is_published")
    said = {"confirm": True, "payer_name_matches": False}
    assert trade.post(trade.seller, "release", said).code == "attestation_required"


def test_both_cancel(desk: Desk, trade: Trade) -> None:
    assert trade.done(trade.seller, "cancel", aal="aal1")["event"] == "offer_split"
    ended = trade.done(trade.buyer, "cancel", aal="aal1")
    assert (ended["state"], ended["payer_amount"], ended["fee_amount"]) == ("refunded", "0.1", "0")


def test_accepting_an_offer_by_its_id(trade: Trade) -> None:
    trade.done(trade.buyer, "offer-split", {"payee_amount": "0.06"})
    (offer,) = trade.desk.read(trade.seller, f"/escrow_offers?escrow_id=eq.{trade.id}")
    ended = trade.done(trade.seller, "accept-split", {"offer_id": offer["id"]})
    assert (ended["state"], ended["payer_amount"]) == ("split", "0.04")
    assert trade.post(trade.buyer, "concede").code == "escrow_closed"
