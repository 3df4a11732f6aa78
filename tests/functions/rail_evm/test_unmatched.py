"""Bridged USDC sent by mistake to an address for USDC: its party sends it back, on a real chain."""

from decimal import Decimal

import pytest

from stack.stand_ins.chain import BRIDGED_USDC
from tests.world.compare_functions import CHAIN, new
from tests.world.http.chain import Scene
from tests.world.http.wallet import Wallet

BRIDGED = "USDBC_BASE"


@pytest.fixture
def wallet(scene: Scene) -> Wallet:
    """Of whom 100 bridged USDC wait in suspense."""
    made = Wallet.new(scene)
    made.pay_in("100", BRIDGED_USDC)
    return made


def fill(scene: Scene, amount: str = "100") -> None:
    """The treasury moves what came to the hot wallet."""
    scene.chain.mint(scene.chain.hot_wallet.address, amount, BRIDGED_USDC)


def back(wallet: Wallet) -> str:
    """The path on which the only deposit that waits is sent back."""
    (waits,) = wallet.unmatched()
    return f"/unmatched-deposits/{waits['id']}/send-back"


def books_are_right(scene: Scene) -> None:
    assert scene.rows("select * from ledger.verify()") == []
    scene.check_books()


def test_the_whole_way_back(scene: Scene, wallet: Wallet) -> None:
    new(scene.desk, CHAIN)
    to = scene.chain.person().address
    reply = scene.desk.post(wallet.party, back(wallet), {"address": to.lower()})
    assert reply.status == 201, reply.body
    told = {name: reply.body[name] for name in ("currency", "amount", "network_cost", "address")}
    assert told == {
        "currency": BRIDGED, "amount": "99.9", "network_cost": "0.1", "address": to,
    }  # fmt: skip
    assert wallet.unmatched() == []
    # The hot wallet has none of it until the treasury sends some.
    scene.pay()
    assert wallet.payouts() == [("unmatched_deposit", BRIDGED, "99.9", "created")]
    fill(scene)
    scene.advance(minutes=2)
    scene.paid_out()
    assert wallet.payouts() == [("unmatched_deposit", BRIDGED, "99.9", "confirmed")]
    assert scene.chain.balance_of(to, BRIDGED_USDC) == Decimal("99.9")
    assert wallet.balance(BRIDGED) == (0, 0)
    books_are_right(scene)
    scene.watch()
    # What the treasury put in is all that books and chain differ by.
    assert new(scene.desk, CHAIN) == [(BRIDGED, Decimal(100))]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_request"), ({"address": ""}, 422, "invalid_request"),
        ({"address": "0x12"}, 422, "bad_address"), ({"address": "acct_1"}, 422, "bad_address"),
        ({"address": "0x70997970C51812dc3A010C7d01b50e0d17dc79c8"}, 422, "bad_address"),
        ({"address": "0x" + "0" * 40}, 422, "bad_destination"),
        ({"address": BRIDGED_USDC}, 422, "bad_destination"),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_paid(
    scene: Scene, wallet: Wallet, body: dict[str, str], status: int, code: str
) -> None:
    reply = scene.desk.post(wallet.party, back(wallet), body)
    assert (reply.status, reply.code) == (status, code)
    assert len(wallet.unmatched()) == 1


def test_who_may_send_it_back(scene: Scene, wallet: Wallet) -> None:
    body, path = {"address": wallet.account.address}, back(wallet)
    assert scene.desk.post(scene.desk.stack.create_user(), path, body).code == "deposit_not_found"
    assert scene.desk.post(wallet.party, path, body, aal="aal1").code == "step_up_required"
    scene.desk.done(wallet.party, path.replace("send-back", "take"))
    reply = scene.desk.post(wallet.party, path, body)
    assert (reply.status, reply.code) == (404, "deposit_not_found")


def test_what_the_token_refuses_waits_again_and_another_address_is_paid(
    scene: Scene, wallet: Wallet
) -> None:
    fill(scene)
    scene.chain.block(wallet.account.address, token=BRIDGED_USDC)
    scene.desk.done(wallet.party, back(wallet), {"address": wallet.account.address})
    scene.pay()
    assert wallet.payouts() == [("unmatched_deposit", BRIDGED, "99.9", "kept")]
    assert wallet.balance(BRIDGED) == (0, 100)
    other = scene.chain.person().address
    again = scene.desk.done(wallet.party, back(wallet), {"address": other})
    # A second address waits, as every second destination does.
    assert again["not_before"] is not None
    scene.pay()
    assert wallet.payouts()[1:] == [("unmatched_deposit", BRIDGED, "99.9", "created")]
    scene.advance(hours=25)
    scene.paid_out()
    assert wallet.payouts()[1:] == [("unmatched_deposit", BRIDGED, "99.9", "confirmed")]
    assert scene.chain.balance_of(other, BRIDGED_USDC) == Decimal("99.9")
    books_are_right(scene)


def test_dust_that_an_operator_accepted_costs_more_than_it_is(scene: Scene) -> None:
    made = Wallet.new(scene)
    made.pay_in("0.09", BRIDGED_USDC)
    reply = scene.desk.post(made.party, back(made), {"address": made.account.address})
    assert (reply.status, reply.code) == (409, "network_cost_exceeds")
    assert made.balance(BRIDGED) == (0, Decimal("0.09"))


def test_a_reorganisation_takes_back_what_has_not_left(scene: Scene, wallet: Wallet) -> None:
    scene.desk.done(wallet.party, back(wallet), {"address": wallet.account.address})
    (dropped,) = scene.chain.reorg(6)
    scene.settle()
    assert wallet.payouts() == [("unmatched_deposit", BRIDGED, "99.9", "kept")]
    assert (wallet.unmatched(), wallet.balance(BRIDGED)) == ([], (0, 0))
    books_are_right(scene)
    # And if it comes back after all, it waits again.
    scene.chain.send(dropped.raw)
    scene.settle()
    assert [each["amount"] for each in wallet.unmatched()] == ["100"]
    assert wallet.balance(BRIDGED) == (0, 100)
    books_are_right(scene)


def test_a_reorganisation_after_it_was_sent_back_is_a_debt(scene: Scene, wallet: Wallet) -> None:
    fill(scene)
    scene.desk.done(wallet.party, back(wallet), {"address": scene.chain.person().address})
    height = scene.chain.height()
    scene.paid_out()
    assert wallet.payouts() == [("unmatched_deposit", BRIDGED, "99.9", "confirmed")]
    paid = scene.one(
        "select t.transaction_hash from public.chain_transactions as t"
        " join public.chain_payouts as c on c.id = t.chain_payout_id"
        " join public.payouts as p on p.id = c.payout_id where p.party_id = %s", wallet.party,
    )  # fmt: skip
    deposit = scene.one(
        "select transaction_hash from public.chain_deposits where sender = %s"
        " and currency = %s", wallet.account.address, BRIDGED,
    )  # fmt: skip
    at = int(scene.chain.receipt(deposit)["blockNumber"], 16)
    assert at <= height
    blocks = scene.chain.height() - at + 1
    gone = scene.chain.reorg(blocks, keep=[paid])
    assert deposit in [each.hash for each in gone]
    scene.settle()
    owed = "select amount::numeric from public.receivables where party_id = %s"
    assert scene.rows(owed, wallet.party) == [(100,)]
    assert scene.rows("select * from ledger.verify()") == []
