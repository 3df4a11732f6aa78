"""TRON, read as an EVM chain is: addresses in its own form at the edges, tags that its nodes know,
and nothing credited but what a log says."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from functions.rail_evm.address_forms import Tron
from shared.deposit_addresses import deposit_address
from stack.stand_ins.chain import TRON, Chain
from stack.stand_ins.chain.accounts import deposits_xpub
from stack.stand_ins.chain.hot_wallet import work_on
from stack.stand_ins.chain.tron import TronNode
from tests.world.http.chain import FINAL, Scene
from tests.world.http.wallet import ADDRESSES, Wallet

USDT = "USDT_TRON"
ASKED = {"rail": "tron", "currency": USDT}


class Reading:
    """TRON beside the scene's Base."""

    def __init__(self, scene: Scene, chain: Chain) -> None:
        self.scene, self.chain = scene, chain

    @property
    def node(self) -> TronNode:
        assert isinstance(self.chain.node, TronNode)
        return self.chain.node

    def watch(self) -> Any:
        return self.scene.desk.stack.invoke("EvmWatchFunction", {"rail": "tron"})

    def settle(self) -> None:
        self.chain.catch_up(self.scene.desk.stack.clock.now())
        self.chain.mine(FINAL)
        self.watch()

    def address(self, party: UUID) -> str:
        return str(self.scene.desk.done(party, ADDRESSES, ASKED)["address"])

    def send(self, to: str, amount: str) -> None:
        self.chain.transfer(self.chain.person(amount), Tron().ours(to), amount)


@pytest.fixture(scope="module")
def running_tron(running_scene: Scene) -> Iterator[Reading]:
    with Chain(TRON) as chain:
        work_on(running_scene.desk.stack, running_scene.chain, chain)
        chain.catch_up(running_scene.desk.stack.clock.now())
        made = Reading(running_scene, chain)
        made.watch()
        yield made


@pytest.fixture
def tron(running_tron: Reading, scene: Scene) -> Iterator[Reading]:
    yield running_tron
    running_tron.node.behave()


def test_the_whole_way_of_a_deposit(scene: Scene, tron: Reading) -> None:
    wallet = Wallet.new(scene)
    told = scene.desk.done(wallet.party, ADDRESSES, ASKED)
    index = scene.one(
        "select address_index from public.deposit_requests where address = %s", told["address"]
    )
    assert told["address"] == deposit_address("tron", deposits_xpub(coin=195), index)
    assert (told["chain_id"], told["token"]) == (
        TRON.chain_id, "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
    )  # fmt: skip
    tron.send(told["address"], "12.345678")
    assert tron.watch()["failed"] == 0
    assert wallet.balance(USDT) == (0, 0)
    tron.settle()
    assert wallet.balance(USDT) == (Decimal("12.345678"), 0)
    (row,) = scene.desk.read(
        wallet.party, "/chain_deposits?select=recipient,sender,token,state,amount"
    )
    assert (row["recipient"], row["state"], row["amount"]) == (
        told["address"], "credited", "12.345678",
    )  # fmt: skip
    assert row["sender"].startswith("T")
    assert scene.rows("select * from ledger.verify()") == []


def test_an_old_address_is_found_with_its_part(scene: Scene, tron: Reading) -> None:
    wallet = Wallet.new(scene)
    address = tron.address(wallet.party)
    scene.advance(days=31)
    tron.settle()
    tron.send(address, "4")
    tron.settle()
    assert wallet.balance(USDT) == (0, 0)
    scene.advance(hours=25)
    for _ in range(3):
        tron.settle()
    assert wallet.balance(USDT) == (4, 0)


def test_a_node_without_resources_gives_no_empty_answer(scene: Scene, tron: Reading) -> None:
    wallet = Wallet.new(scene)
    tron.send(tron.address(wallet.party), "3")
    cursor = scene.one("select max(block_number) from public.chain_cursors where chain_id = %s",
                       TRON.chain_id)  # fmt: skip
    tron.node.busy()
    tron.chain.mine(FINAL)
    assert tron.watch()["failed"] == 1
    assert scene.one("select max(block_number) from public.chain_cursors where chain_id = %s",
                     TRON.chain_id) == cursor  # fmt: skip
    tron.node.behave()
    tron.settle()
    assert wallet.balance(USDT) == (3, 0)


def test_a_transaction_that_failed_moved_nothing(scene: Scene, tron: Reading) -> None:
    """A call of transfer is in a block; what counts is a log."""
    wallet = Wallet.new(scene)
    address = tron.address(wallet.party)
    sender = tron.chain.person("5")
    tron.chain.block(sender.address)
    tron.chain.transfer(sender, Tron().ours(address), "5")
    tron.settle()
    assert wallet.balance(USDT) == (0, 0)
    assert scene.desk.read(wallet.party, "/chain_deposits?select=state") == []


def test_a_reorganisation_takes_it_back(scene: Scene, tron: Reading) -> None:
    wallet = Wallet.new(scene)
    tron.send(tron.address(wallet.party), "6")
    tron.settle()
    assert wallet.balance(USDT) == (6, 0)
    tron.chain.reorg(FINAL + 1)
    tron.settle()
    assert wallet.balance(USDT) == (0, 0)


def test_nothing_leaves_over_it(scene: Scene, tron: Reading) -> None:
    wallet = Wallet.new(scene)
    to = Tron().theirs(tron.chain.person().address)
    named = scene.desk.done(wallet.party, "/payout-destinations", {"rail": "tron", "address": to})
    body = {"destination_id": named["destination_id"], "currency": USDT, "amount": "1"}
    reply = scene.desk.post(wallet.party, "/withdrawal-requests", body)
    assert (reply.status, reply.code) == (409, "withdrawal_not_open")


@pytest.mark.parametrize(
    "address",
    ["TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6T", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj60",
     "0xa614f803B6FD780986A42c78Ec9c7f77e6DeD13C"],
)  # fmt: skip
def test_a_wrong_checksum_is_no_address(scene: Scene, tron: Reading, address: str) -> None:
    body = {"rail": "tron", "address": address}
    reply = scene.desk.post(scene.desk.stack.create_user(), "/payout-destinations", body)
    assert (reply.status, reply.code) == (422, "bad_address")
