"""Blocks of real nodes, read from their bytes: the node itself is the judge of what is in them."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from functions.rail_bitcoin.node import Node, WrongChain
from functions.rail_bitcoin.rpc import NodeUnknown
from functions.rail_bitcoin.sender import sender_of
from shared.coin_address import address_of_script
from stack.stand_ins.coins import BITCOIN, LITECOIN, CoinChain, CoinKind
from tests.world.http.coins import BACK, started


@pytest.fixture(scope="module", params=[BITCOIN, LITECOIN], ids=lambda kind: kind.rail)
def coins(request: pytest.FixtureRequest) -> Iterator[CoinChain]:
    with started(request.param) as chain:
        yield chain


def node_of(coins: CoinChain) -> Node:
    # The address with the password, as a deployment has it.
    return Node(coins.real.url, coins.genesis)


def test_a_block_read_from_its_bytes_is_what_the_node_says(coins: CoinChain) -> None:
    kind: CoinKind = coins.kind
    for amount in ("0.1", "0.2"):
        coins.pay(BACK[kind.rail], amount)
    (hash_,) = coins.mine()
    told = coins.ask("getblock", hash_, 2)
    with node_of(coins) as node:
        read = node.block(hash_)
        header = node.header(hash_)
        transaction = node.transaction(read.transactions[1].txid, hash_)
    assert header is not None
    assert (header.number, header.confirmations) == (coins.height, 1)
    assert header.median_time == told["mediantime"]
    assert [each.txid for each in read.transactions] == [each["txid"] for each in told["tx"]]
    for ours, theirs in zip(read.transactions, told["tx"], strict=True):
        assert [(o.script.hex(), o.amount) for o in ours.outputs] == [
            (o["scriptPubKey"]["hex"], o["value"]) for o in theirs["vout"]
        ]
        if "txid" in theirs["vin"][0]:
            assert [(i.txid, i.index) for i in ours.inputs] == [
                (i["txid"], i["vout"]) for i in theirs["vin"]
            ]
    assert transaction == read.transactions[1]
    paid = [address_of_script(kind.coin, o.script) for o in read.transactions[1].outputs]
    assert BACK[kind.rail] in paid


@pytest.mark.parametrize("form", ["bech32", "p2sh-segwit", "legacy"])
def test_who_paid_shows_in_what_was_spent(coins: CoinChain, form: str) -> None:
    wallet = f"sender-{form}"
    coins.ask("createwallet", wallet)
    own = coins.ask("getnewaddress", "", form, wallet=wallet)
    coins.pay_as_written(own, "1")
    coins.mine()
    spent = coins.ask("sendtoaddress", coins.miner, "0.5", wallet=wallet)
    (hash_,) = coins.mine()
    with node_of(coins) as node:
        read = node.transaction(spent, hash_)
        assert read is not None
        told = sender_of(coins.kind.coin, read, node, hash_)
    script = coins.ask("getaddressinfo", own, wallet=wallet)["scriptPubKey"]
    expected = address_of_script(coins.kind.coin, bytes.fromhex(script))
    assert expected
    assert told == expected


def test_a_coinbase_shows_nobody_and_of_taproot_the_node_knows(coins: CoinChain) -> None:
    (hash_,) = coins.mine()
    with node_of(coins) as node:
        (coinbase,) = node.block(hash_).transactions
        assert sender_of(coins.kind.coin, coinbase, node, hash_) == ""
    # Litecoin's wallet makes no address of it.
    if coins.kind is BITCOIN:
        coins.ask("createwallet", "taproot")
        own = coins.ask("getnewaddress", "", "bech32m", wallet="taproot")
        coins.pay_as_written(own, "1")
        coins.mine()
        spent = coins.ask("sendtoaddress", coins.miner, "0.5", wallet="taproot")
        (hash_,) = coins.mine()
        with node_of(coins) as node:
            read = node.transaction(spent, hash_)
            assert read is not None
            assert sender_of(coins.kind.coin, read, node, hash_) == coins.kind.as_main(own)


def test_a_node_that_does_not_say_what_was_spent(coins: CoinChain) -> None:
    """Those of Litecoin do not, those of Bitcoin do."""
    paid = coins.pay(BACK[coins.kind.rail], "0.1")
    (hash_,) = coins.mine()
    with node_of(coins) as node:
        assert (node.spent_script(paid, hash_) is not None) == (coins.kind is BITCOIN)


def test_what_waits_and_what_is_unspent(coins: CoinChain) -> None:
    kind = coins.kind
    paid = coins.pay(BACK[kind.rail], "0.125")
    with node_of(coins) as node:
        assert paid in node.waiting()
        (found,) = node.waiting_transactions([paid, "ab" * 32])
        assert found.txid == paid
        # What it spends is spent, also while it waits.
        spent = [(each.txid, each.index) for each in found.inputs]
        assert not node.are_unspent(spent)
        place = next(n for n, o in enumerate(found.outputs) if o.amount == Decimal("0.125"))
        assert node.are_unspent([(paid, place)])
        (hash_,) = coins.mine()
        at, number, unspent = node.scan([found.outputs[place].script])
        assert (at, number) == (hash_, coins.height)
        assert Decimal("0.125") in [each.amount for each in unspent]


def test_what_a_node_does_not_have(coins: CoinChain) -> None:
    with node_of(coins) as node:
        assert node.header("ab" * 32) is None
        assert node.hashes([0, 10**6]) == [coins.genesis, None]
        assert node.transaction("ab" * 32, coins.genesis) is None


def test_another_chain_and_a_wrong_password_say_nothing(coins: CoinChain) -> None:
    with Node(coins.real.url, "ab" * 32) as node, pytest.raises(WrongChain):
        node.height()
    stranger = coins.real.url.replace("tests:tests", "a:b")
    with Node(stranger, coins.genesis) as node, pytest.raises(NodeUnknown):
        node.height()
