"""The coin of a chain: what an address holds more than is accounted for is a deposit, whoever sent
it and however; it leaves by value, and books and chain agree to the last wei."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from stack.stand_ins.chain.accounts import DEPOSITS, Account, account
from stack.stand_ins.chain.compiler import compiled
from tests.world.http.chain import FINAL, Scene
from tests.world.http.wallet import ADDRESSES, Wallet

COIN = "ETH_BASE"
ASKED = {"rail": "base", "currency": COIN}
WEI = Decimal("0.000000000000000001")


class Coin:
    """A wallet of the coin of Base."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.chain = scene, scene.chain
        self.wallet = Wallet.new(scene)
        self.party: UUID = self.wallet.party
        self.address = str(scene.desk.done(self.party, ADDRESSES, ASKED)["address"])

    @property
    def key(self) -> Account:
        """The key to the address, which the treasury has."""
        index = self.scene.one(
            "select address_index from public.deposit_requests where address = %s", self.address
        )
        return account(DEPOSITS, index)

    def pay(self, amount: str) -> str:
        return self.chain.pay(self.chain.person(), self.address, amount)

    def deposits(self) -> list[tuple[Any, ...]]:
        return self.scene.rows(
            "select trim_scale(d.amount)::text, d.state, d.sender <> ''"
            " from public.chain_deposits as d join public.deposit_requests as r"
            " on r.id = d.request_id where r.address = %s"
            " order by d.created_at", self.address,
        )  # fmt: skip

    def balance(self) -> Decimal:
        return Decimal(self.wallet.balance(COIN)[0])

    def withdraw(self, amount: str, to: str) -> None:
        body = {"rail": "base", "address": to}
        named = self.scene.desk.done(self.party, "/payout-destinations", body)
        self.scene.desk.done(
            self.party, "/withdrawal-requests",
            {"destination_id": named["destination_id"], "currency": COIN, "amount": amount},
        )  # fmt: skip
        self.scene.advance(minutes=11)


@pytest.fixture
def coin(scene: Scene) -> Coin:
    made = Coin(scene)
    scene.settle()
    differs_by(scene)
    return made


def differs_by(scene: Scene) -> list[tuple[str, Decimal]]:
    """Differences of books and chain that are new."""
    seen = scene.one("select count(*) from public.rail_differences")
    scene.desk.stack.tick("EvmCompareFunction")
    return scene.rows(
        "select currency, amount::numeric from public.rail_differences order by id offset %s", seen
    )


def test_the_whole_way_to_the_last_wei(scene: Scene, coin: Coin) -> None:
    hash_ = coin.pay(str(Decimal("0.5") + WEI))
    scene.watch()
    assert coin.balance() == 0
    scene.settle()
    assert coin.balance() == Decimal("0.5") + WEI
    assert coin.deposits() == [(str(Decimal("0.5") + WEI), "credited", True)]
    (told,) = scene.desk.read(coin.party, "/chain_deposits?select=transaction_hash,sender")
    assert told["transaction_hash"] == hash_
    assert differs_by(scene) == []
    to = scene.chain.person().address
    before = scene.chain.coins_of(to)
    coin.withdraw("0.2", to)
    scene.paid_out()
    assert coin.wallet.payouts() == [("withdrawal", COIN, "0.2", "confirmed")]
    assert scene.chain.coins_of(to) - before == Decimal("0.2")
    # What the network took for it is in the books, to the wei.
    scene.settle()
    assert differs_by(scene) == []
    assert scene.rows("select * from ledger.verify()") == []


def test_a_contract_pays_two_addresses(scene: Scene, coin: Coin) -> None:
    other = Coin(scene)
    scene.chain.pay_by_contract(scene.chain.person(), [coin.address, other.address], "0.01")
    scene.settle()
    assert (coin.balance(), other.balance()) == (Decimal("0.01"), Decimal("0.01"))
    assert coin.deposits() == [("0.01", "credited", False)]
    assert differs_by(scene) == []


def test_a_sweep_takes_nothing_from_what_comes_meanwhile(scene: Scene, coin: Coin) -> None:
    coin.pay("0.3")
    scene.settle()
    arrived = scene.chain.sweep_coin(coin.key, scene.chain.hot_wallet.address)
    assert arrived < Decimal("0.3")
    coin.pay("0.1")
    scene.settle()
    assert coin.balance() == Decimal("0.4")
    assert [row[0] for row in coin.deposits()] == ["0.3", "0.1"]
    (sweep,) = scene.rows(
        "select s.amount::numeric, s.cost::numeric from public.chain_sweeps as s"
        " join public.deposit_requests as r on r.id = s.request_id where r.address = %s",
        coin.address,
    )
    assert (sweep[0], sum(sweep)) == (arrived, Decimal("0.3"))
    assert differs_by(scene) == []
    # And once more, from where it was left.
    scene.chain.sweep_coin(coin.key, scene.chain.hot_wallet.address)
    scene.settle()
    coin.pay("0.2")
    scene.settle()
    assert coin.balance() == Decimal("0.6")
    assert differs_by(scene) == []


def test_gas_of_the_treasury_is_no_deposit(scene: Scene, coin: Coin) -> None:
    wallet = Wallet.new(scene)
    scene.chain.pay(scene.chain.person(), wallet.address(), "0.01")
    scene.settle()
    assert wallet.balance(COIN) == (0, 0)
    assert wallet.unmatched() == []
    assert differs_by(scene) == []


def test_a_reorganisation_before_it_is_final(scene: Scene, coin: Coin) -> None:
    coin.pay("0.05")
    scene.watch()
    scene.chain.reorg(1)
    scene.settle()
    assert coin.balance() == 0
    assert coin.deposits() == []
    assert differs_by(scene) == []


def test_a_reorganisation_after_it_was_final(scene: Scene, coin: Coin) -> None:
    coin.pay("0.05")
    scene.settle()
    assert coin.balance() == Decimal("0.05")
    (dropped,) = scene.chain.reorg(FINAL + 1)
    scene.settle()
    assert coin.balance() == 0
    assert coin.deposits() == [("0.05", "dropped", True)]
    scene.chain.send(dropped.raw)
    scene.settle()
    assert coin.balance() == Decimal("0.05")
    assert differs_by(scene) == []


def test_a_node_that_lies_once_is_not_believed(scene: Scene, coin: Coin) -> None:
    coin.pay("0.0123")
    scene.settle()
    held = 123 * 10**14
    scene.chain.node.lie(
        "eth_getBalance", lambda told: hex(held + 10**18) if int(told, 16) == held else told
    )
    scene.settle()
    assert coin.balance() == Decimal("0.0123")
    scene.chain.node.behave()
    coin.pay("0.02")
    scene.settle()
    assert coin.balance() == Decimal("0.0323")
    assert differs_by(scene) == []


def test_dust_waits_for_an_operator(scene: Scene, coin: Coin) -> None:
    coin.pay("0.00001")
    scene.settle()
    assert coin.balance() == 0
    assert coin.deposits() == [("0.00001", "quarantined", True)]
    assert differs_by(scene) == []


def test_who_cannot_take_it_is_not_paid(scene: Scene, coin: Coin) -> None:
    coin.pay("0.3")
    scene.settle()
    # A contract without a way to take coins.
    to = scene.chain.person().address
    scene.chain.anvil.ask("anvil_setCode", to, compiled()["Usdc"])
    left = coin.balance()
    coin.withdraw("0.1", to)
    scene.pay()
    assert coin.wallet.payouts() == [("withdrawal", COIN, "0.1", "kept")]
    assert coin.balance() == left


def test_an_old_address_is_looked_at_once_a_day(scene: Scene, coin: Coin) -> None:
    scene.advance(days=31)
    scene.watch()
    coin.pay("0.04")
    scene.settle()
    assert coin.balance() == 0
    scene.advance(hours=25)
    for _ in range(3):
        scene.watch()
    assert coin.balance() == Decimal("0.04")
    coin.pay("0.03")
    scene.settle()
    assert coin.balance() == Decimal("0.07")


def test_what_gas_costs_is_kept_and_read_by_everybody(scene: Scene) -> None:
    scene.change("delete from public.gas_price_history")
    scene.chain.set_base_fee(7 * 10**9)
    scene.chain.mine()
    scene.watch()
    scene.watch()
    somebody = scene.desk.stack.create_user()
    (kept,) = scene.desk.read(
        somebody, "/gas_price_history?network_id=eq.base&select=base_fee,tip,as_of"
    )
    assert kept["base_fee"] > 10**9
    price = Decimal(kept["base_fee"] + kept["tip"])
    (day,) = scene.desk.read(somebody, "/gas_price_days?network_id=eq.base&select=least,most")
    assert day == {"least": price, "most": price}
    told = scene.desk.read(
        somebody, "/payout_costs?rail=eq.base&select=currency,coin,gas,amount,as_of"
    )
    costs = {each["currency"]: each for each in told}
    assert costs.keys() == {"USDC_BASE", "USDBC_BASE", COIN}
    assert {each["coin"] for each in told} == {COIN}
    assert Decimal(costs[COIN]["amount"]) == price * 21_000 * WEI
    assert Decimal(costs["USDC_BASE"]["amount"]) == price * 65_000 * WEI
    # Each five minutes one, for 90 days.
    scene.advance(days=89)
    scene.watch()
    assert scene.one("select count(*) from public.gas_price_history") == 2
    scene.advance(days=2)
    scene.watch()
    assert scene.one("select count(*) from public.gas_price_history") == 2
