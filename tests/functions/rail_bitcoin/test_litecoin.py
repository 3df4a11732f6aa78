"""Litecoin is the same rail with another node."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from stack.stand_ins.coins import LITECOIN
from stack.stand_ins.coins.setup import account_of
from tests.world.http.coins import CoinScene
from tests.world.http.desk import Desk


@pytest.fixture(scope="module")
def litecoins(desk: Desk) -> Iterator[CoinScene]:
    with CoinScene.start(desk, LITECOIN) as scene:
        yield scene


def test_a_wallet_and_an_escrow_are_paid_in_litecoin(litecoins: CoinScene) -> None:
    party = litecoins.desk.stack.create_user()
    to = litecoins.wallet_address(party)
    index = litecoins.one(
        "select address_index from public.deposit_requests where address = %s", to
    )
    assert to == litecoins.chain.node_derives(account_of(LITECOIN), index)
    made = litecoins.escrow("0.5")
    paid = litecoins.chain.pay(to, "0.25")
    litecoins.chain.pay(litecoins.address(made), "0.5")
    litecoins.watch()
    assert litecoins.waiting(to) == [(paid, "seen")]
    litecoins.settle(2)
    assert litecoins.balance(party) == 0
    litecoins.settle()
    assert (litecoins.balance(party), litecoins.state(made)) == (Decimal("0.25"), "funded")
    assert litecoins.compare()["differ"] == 0
    litecoins.check_books()


def test_a_reorganised_payment_counts_once(litecoins: CoinScene) -> None:
    """Litecoin's nodes replace nothing that waits: a fee is not raised there."""
    party = litecoins.desk.stack.create_user()
    to = litecoins.wallet_address(party)
    litecoins.chain.pay(to, "0.25")
    litecoins.settle()
    litecoins.chain.undo()
    litecoins.settle(4)
    assert (litecoins.deposits(to), litecoins.balance(party)) == (
        [("0.25", "credited", 1)], Decimal("0.25"),
    )  # fmt: skip
