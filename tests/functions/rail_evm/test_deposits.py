"""Escrows paid in USDC: what arrives on the chain, and what becomes of it."""

from datetime import datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from shared.deposit_addresses import deposit_address
from stack.people import OLGA
from stack.stand_ins.chain import BRIDGED_USDC, CHAIN_ID, USDC
from stack.stand_ins.chain.accounts import deposits_xpub
from tests.world.http.chain import CURRENCY, Scene


def test_the_payer_gets_one_address_and_the_same_answer_again(scene: Scene) -> None:
    made = scene.escrow("100")
    path, key = f"/escrows/{made.id}/deposit-address", str(uuid4())
    first = scene.desk.post(made.buyer, path, key=key)
    assert first.status == 200, first.body
    index = scene.one(
        "select address_index from public.deposit_requests where reference_id = %s", made.id
    )
    expires_at = first.body.pop("expires_at")
    assert datetime.fromisoformat(expires_at) > scene.desk.stack.clock.now()
    assert first.body == {
        "escrow_id": made.id, "rail": "base", "currency": CURRENCY, "amount": "100",
        "address": deposit_address("evm", deposits_xpub(), index), "chain_id": CHAIN_ID,
        "token": USDC,
    }  # fmt: skip
    again = scene.desk.post(made.buyer, path, key=key)
    assert (again.replayed, again.body) == (True, {**first.body, "expires_at": expires_at})
    other_key = scene.desk.post(made.buyer, path)
    assert (other_key.replayed, other_key.body) == (False, again.body)
    assert scene.address(scene.escrow()) != first.body["address"]


def test_only_the_payer_and_only_who_said_where_money_goes_back(scene: Scene) -> None:
    made = scene.escrow(buyer=False)
    path = f"/escrows/{made.id}/deposit-address"
    assert scene.desk.post(made.buyer, path).code == "destination_required"
    assert scene.desk.post(made.seller, path).code == "not_your_move"
    scene.name_destination(made.buyer, made.buyer_account.address)
    assert scene.desk.post(made.seller, path).code == "not_your_move"
    assert scene.desk.post(made.buyer, path).status == 200
    assert (
        scene.desk.read(made.seller, f"/deposit_requests?select=address&reference_id=eq.{made.id}")
        == []
    )


def test_the_whole_way_from_the_deposit_to_the_payment(scene: Scene) -> None:
    made = scene.escrow("100")
    scene.send(made, "100")
    scene.watch()
    scene.report()
    # It is in a block, which is not safe yet.
    assert (scene.state(made), scene.deposits(made)) == ("awaiting_funds", [("100", "seen", 0)])
    scene.chain.mine(2)
    scene.watch()
    scene.report()
    assert (scene.state(made), scene.deposits(made)) == ("funded", [("100", "credited", 1)])
    scene.release(made)
    scene.pay()
    assert scene.payments(made) == [("release", CURRENCY, "95", "submitted")]
    assert scene.chain.balance_of(made.seller_account.address) == 95
    # The payee has it; the block may still be taken back.
    scene.advance(minutes=2)
    scene.pay()
    assert scene.payments(made) == [("release", CURRENCY, "95", "submitted")]
    scene.paid_out()
    assert scene.payments(made) == [("release", CURRENCY, "95", "confirmed")]
    scene.check_books()


@pytest.mark.parametrize("word", ["top-up", "accept-partial", "return-funds", "silence"])
def test_incident_26_too_little_waits_in_suspense_and_leaves_it(scene: Scene, word: str) -> None:
    made = scene.escrow("100")
    scene.send(made, "40")
    scene.settle()
    assert scene.state(made) == "funding_exception"
    paid: list[tuple[str, str]] = []
    if word == "top-up":
        # From the chain; a unit too much comes back.
        scene.send_to(made, "60.000001")
        scene.settle()
        paid = [("return", "0.000001")]
    elif word == "accept-partial":
        scene.desk.done(made.buyer, f"/escrows/{made.id}/propose-partial")
        scene.desk.done(made.seller, f"/escrows/{made.id}/accept-partial")
    elif word == "return-funds":
        scene.desk.done(made.buyer, f"/escrows/{made.id}/return-funds")
        paid = [("return", "40")]
    else:
        scene.advance(hours=73)
        scene.desk.stack.tick("EscrowExpireFunction")
        paid = [("return", "40")]
    held = {"top-up": "100", "accept-partial": "40"}.get(word)
    assert scene.state(made) == ("funded" if held else "void")
    scene.paid_out()
    assert scene.payments(made) == [(kind, CURRENCY, part, "confirmed") for kind, part in paid]
    back = Decimal(paid[0][1] if paid else 0)
    assert scene.chain.balance_of(made.buyer_account.address) == back
    if held:
        assert Decimal(scene.one(
            "select amount::text from private.escrow_transactions where id = %s", made.id
        )) == Decimal(held)  # fmt: skip
    scene.check_books()


def test_incident_26_too_much_waits_and_the_excess_goes_back(scene: Scene) -> None:
    made = scene.escrow("100")
    scene.send(made, "130")
    scene.settle()
    assert scene.state(made) == "funding_exception"
    scene.desk.done(made.buyer, f"/escrows/{made.id}/top-up")
    assert scene.state(made) == "funded"
    scene.paid_out()
    assert scene.payments(made) == [("return", CURRENCY, "30", "confirmed")]
    assert scene.chain.balance_of(made.buyer_account.address) == 30
    scene.check_books()


def test_incident_26_the_bridged_token_is_taken_for_what_it_is(scene: Scene) -> None:
    made = scene.escrow("100")
    scene.send(made, "100", BRIDGED_USDC)
    scene.settle()
    assert scene.state(made) == "funding_exception"
    scene.desk.done(made.buyer, f"/escrows/{made.id}/return-funds")
    # The hot wallet has none of it until the treasury sends some.
    scene.pay()
    assert scene.payments(made) == [("return", "USDBC_BASE", "100", "created")]
    scene.chain.mint(scene.chain.hot_wallet.address, "100", BRIDGED_USDC)
    scene.advance(minutes=2)
    scene.paid_out()
    assert scene.payments(made) == [("return", "USDBC_BASE", "100", "confirmed")]
    assert scene.chain.balance_of(made.buyer_account.address, BRIDGED_USDC) == 100
    scene.check_books()


def test_incident_26_money_after_the_deadline_goes_back(scene: Scene) -> None:
    made = scene.escrow("100")
    scene.address(made)
    scene.advance(minutes=61)
    scene.watch()
    scene.desk.stack.tick("EscrowExpireFunction")
    assert scene.state(made) == "void"
    scene.send_to(made, "100")
    scene.settle()
    assert scene.state(made) == "void"
    kinds = scene.rows(
        "select kind, amount::numeric from public.escrow_cases where escrow_id = %s", made.id
    )
    assert kinds == [("late_funds", 100)]
    scene.paid_out()
    assert scene.payments(made) == [("return", CURRENCY, "100", "confirmed")]
    assert scene.chain.balance_of(made.buyer_account.address) == 100
    scene.check_books()


def test_incident_26_money_of_an_address_that_is_warned_of_waits_for_an_operator(
    scene: Scene,
) -> None:
    made = scene.escrow("100")
    scene.send(made, "100")
    scene.watch()
    watched = (
        "select count(*) from private.address_watches where address = lower(%s) "
        "and reason = 'deposit'"
    )
    assert scene.one(watched, made.buyer_account.address) == 1
    scene.rows(
        "insert into public.wallet_screenings (id, rail, address, party_ids, provider, result, "
        "categories, document_hash, request_id, screened_at) values (gen_random_uuid(), "
        "'base', lower(%s), array[%s::uuid], 'test', 'hit', '{sanctions}', repeat('a', 64), "
        "'', private.clock()) returning 1",
        made.buyer_account.address, made.buyer,
    )  # fmt: skip
    scene.settle()
    assert (scene.state(made), scene.deposits(made)) == (
        "awaiting_funds", [("100", "quarantined", 0)],
    )  # fmt: skip
    scene.check_books(quarantined="100")
    path = "/deposit_quarantines?outcome=is.null&select=id,reason"
    assert scene.desk.read(made.buyer, path) == []
    (row,) = scene.desk.read(OLGA.id, path)
    accept, why = f"/quarantines/{row['id']}/accept", {"reason": "the bank knows them"}
    assert scene.desk.post(made.buyer, accept, why).code == "operator_only"
    assert scene.desk.post(OLGA.id, accept, {"reason": ""}).status == 422
    assert scene.desk.done(OLGA.id, accept, why)["outcome"] == "accepted"
    assert scene.desk.post(OLGA.id, accept, why).code == "quarantine_decided"
    scene.settle()
    assert scene.state(made) == "funded"
    scene.check_books()


def test_a_millionth_of_a_stranger_stops_nobody(scene: Scene) -> None:
    made = scene.escrow("100")
    to, stranger = scene.address(made), scene.chain.person("1")
    scene.screening.warn_of(stranger.address)
    scene.chain.transfer(stranger, to, "0.000001")
    scene.settle()
    scene.desk.stack.tick("ScreenFunction")
    scene.send(made, "100")
    scene.settle()
    assert scene.state(made) == "funded"
    scene.chain.transfer(stranger, to, "0.000001")
    scene.settle()
    scene.desk.stack.tick("ScreenFunction")
    assert scene.deposits(made) == [
        ("0.000001", "quarantined", 0), ("100", "credited", 1), ("0.000001", "quarantined", 0),
    ]  # fmt: skip
    scene.release(made)
    scene.paid_out()
    assert scene.payments(made) == [("release", CURRENCY, "95", "confirmed")]
    scene.check_books(quarantined="0.000002")


def test_a_second_payment_for_a_funded_escrow_goes_back(scene: Scene) -> None:
    made = scene.funded("100")
    scene.send_to(made, "100")
    scene.settle()
    scene.paid_out()
    assert scene.state(made) == "funded"
    assert scene.payments(made) == [("return", CURRENCY, "100", "confirmed")]
    assert scene.chain.balance_of(made.buyer_account.address) == 100
    scene.check_books()


def test_incident_14_what_was_paid_in_time_wins_over_the_timer(scene: Scene) -> None:
    """The block is of the last minutes; nobody has read it when the time is over, nor is it safe
    when the timer comes again."""
    made = scene.escrow("100")
    scene.address(made)
    scene.advance(minutes=55)
    scene.send_to(made, "100")
    scene.desk.stack.clock.advance(minutes=10)
    expired = "EscrowExpireFunction"
    assert scene.desk.stack.tick(expired)["moved"] == 0
    scene.watch()
    scene.desk.stack.tick(expired)
    assert scene.state(made) == "awaiting_funds"
    reply = scene.desk.post(made.buyer, f"/escrows/{made.id}/cancel")
    assert reply.code == "funds_pending"
    scene.settle()
    assert scene.state(made) == "funded"
    scene.chain.advance(600)
    scene.check_books()


def test_a_deadline_waits_for_a_chain_that_cannot_be_read_but_not_for_ever(scene: Scene) -> None:
    made = scene.escrow("100")
    scene.address(made)
    scene.chain.node.fail()
    scene.advance(hours=2)
    assert scene.watch()["failed"] == 1
    scene.desk.stack.tick("EscrowExpireFunction")
    assert scene.state(made) == "awaiting_funds"
    scene.advance(days=7)
    scene.desk.stack.tick("EscrowExpireFunction")
    assert scene.state(made) == "void"


def test_small_amounts_wait_for_a_safe_block_large_ones_for_a_final_one(scene: Scene) -> None:
    small, large = scene.escrow("999"), scene.escrow("1000")
    scene.send(small, "999")
    scene.send(large, "1000")
    scene.chain.mine(1)
    scene.watch()
    assert scene.deposits(small) == [("999", "credited", 1)]
    assert scene.deposits(large) == [("1000", "seen", 0)]
    scene.chain.mine(2)
    scene.watch()
    assert scene.deposits(large) == [("1000", "seen", 0)]
    scene.chain.mine(1)
    scene.watch()
    assert scene.deposits(large) == [("1000", "credited", 1)]
    scene.report()
    assert (scene.state(small), scene.state(large)) == ("funded", "funded")
