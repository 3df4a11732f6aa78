"""A node of a real chain, asked as the rail asks it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from functions.rail_evm.fees import Caps, Limits, caps, replacement
from functions.rail_evm.logs import Transfer, transfer_topics, transfers
from functions.rail_evm.node import Node
from functions.rail_evm.rpc import NodeRefused
from functions.rail_evm.transaction import Signed, Transaction, transfer_data
from shared.keccak import keccak_256
from stack.stand_ins.chain import BRIDGED_USDC, CHAIN_ID, USDC, Chain
from stack.stand_ins.chain.accounts import Account

TOKENS = {USDC: 6, BRIDGED_USDC: 6}
LIMITS = Limits(ceiling=100 * 10**9, least_tip=10**6)


def _deposits(node: Node, first: int, last: int, *recipients: str) -> list[Transfer]:
    logs, header = node.logs(list(TOKENS), transfer_topics(recipients), first, last)
    assert header.number == last
    return transfers(logs, TOKENS)


def _payout(node: Node, sender: Account, to: str, amount: str, **changed: Any) -> Transaction:
    bid = caps(node.fee_history(), LIMITS)
    fields: dict[str, Any] = {
        "chain_id": CHAIN_ID,
        "nonce": node.transaction_count(sender.address, "pending"),
        "max_priority_fee": bid.max_priority_fee,
        "max_fee": bid.max_fee,
        "gas_limit": 100_000,
        "to": USDC,
        "data": transfer_data(to, Decimal(amount), 6),
    }
    return Transaction(**(fields | changed))


def test_a_payout_arrives(chain: Chain, node: Node) -> None:
    payer, payee = chain.person("10"), chain.person()
    gas = node.balance(payer.address)
    signed = payer.sign(_payout(node, payer, payee.address, "2.5"))

    node.send(signed)
    chain.receipt(signed.hash)
    receipt = node.receipt(signed.hash)

    assert receipt
    assert receipt.succeeded
    assert chain.balance_of(payee.address) == Decimal("2.5")
    assert gas - node.balance(payer.address) == receipt.cost
    block = node.block(receipt.block_number)
    assert block
    assert block.hash == receipt.block_hash


def test_keccak_agrees_with_the_chain(chain: Chain) -> None:
    for length in (0, 1, 135, 136, 137, 500):
        data = bytes(number % 256 for number in range(length))
        told = chain.anvil.ask("web3_sha3", "0x" + data.hex())
        assert told == "0x" + keccak_256(data).hex()


def test_deposits_are_found_by_their_logs(chain: Chain, node: Node) -> None:
    payer, escrow, other = chain.person("10"), chain.person().address, chain.person().address
    chain.mint(payer.address, "3", BRIDGED_USDC)
    first = chain.height() + 1
    hashes = [
        chain.transfer(payer, escrow, "1.000001"),
        chain.transfer(payer, escrow, "3", BRIDGED_USDC),
    ]
    chain.transfer(payer, other, "2")
    chain.transfer(payer, escrow, "99")

    found = _deposits(node, first, chain.height(), escrow)

    assert [(each.token, each.amount) for each in found] == [
        (USDC, Decimal("1.000001")),
        (BRIDGED_USDC, Decimal(3)),
    ]
    assert [each.transaction_hash for each in found] == hashes
    assert {each.sender for each in found} == {payer.address}
    assert {each.recipient for each in found} == {escrow}


def test_a_reorganisation_takes_a_deposit_away(chain: Chain, node: Node) -> None:
    payer, escrow = chain.person("10"), chain.person().address
    first = chain.height() + 1
    hash_ = chain.transfer(payer, escrow, "1")
    chain.mine()
    before = _deposits(node, first, chain.height(), escrow)

    dropped = chain.reorg(2)
    gone = _deposits(node, first, chain.height(), escrow)
    receipt = node.receipt(hash_)
    chain.send(dropped[0].raw)
    again = _deposits(node, first, chain.height(), escrow)

    assert (gone, receipt) == ([], None)
    assert [each.transaction_hash for each in before] == [hash_]
    assert [each.transaction_hash for each in again] == [hash_]
    assert before[0].block_hash != again[0].block_hash


def test_a_kept_deposit_is_in_another_block(chain: Chain, node: Node) -> None:
    payer, escrow = chain.person("10"), chain.person().address
    first = chain.height() + 1
    hash_ = chain.transfer(payer, escrow, "1")
    before = _deposits(node, first, chain.height(), escrow)

    chain.reorg(1, keep=[hash_])
    after = _deposits(node, first, chain.height(), escrow)

    assert [each.transaction_hash for each in after] == [hash_]
    assert before[0].block_hash != after[0].block_hash


def test_a_blocked_payee_reverts(chain: Chain, node: Node) -> None:
    payer, payee = chain.person("10"), chain.person()
    chain.block(payee.address)
    transaction = _payout(node, payer, payee.address, "1")

    with pytest.raises(NodeRefused) as tried:
        node.call(USDC, transaction.data, sender=payer.address)
    signed = payer.sign(transaction)
    node.send(signed)
    chain.receipt(signed.hash)
    receipt = node.receipt(signed.hash)

    assert tried.value.kind == "reverted"
    assert receipt
    assert not receipt.succeeded
    assert receipt.cost > 0
    assert chain.balance_of(payer.address) == 10


def test_a_stuck_payout_is_replaced(chain: Chain, node: Node) -> None:
    payer, payee = chain.person("10"), chain.person()
    chain.pause()
    first = _payout(node, payer, payee.address, "1")
    old = payer.sign(first)
    node.send(old)
    bid = replacement(Caps(first.max_fee, first.max_priority_fee), node.fee_history(), LIMITS)
    raised = replace(first, max_fee=bid.max_fee, max_priority_fee=bid.max_priority_fee)
    new = payer.sign(raised)

    with pytest.raises(NodeRefused) as same:
        node.send(old)
    with pytest.raises(NodeRefused) as cheap:
        node.send(payer.sign(replace(first, max_fee=first.max_fee - 1)))
    node.send(new)
    waiting = node.receipt(new.hash)
    chain.resume()
    chain.receipt(new.hash)

    assert same.value.kind == "already_known"
    assert cheap.value.kind == "underpriced"
    assert waiting is None
    assert node.receipt(old.hash) is None
    assert chain.balance_of(payee.address) == 1


def test_the_same_bytes_again_change_nothing(chain: Chain, node: Node) -> None:
    payer, payee = chain.person("10"), chain.person()
    signed = payer.sign(_payout(node, payer, payee.address, "1"))
    node.send(signed)
    chain.receipt(signed.hash)

    with pytest.raises(NodeRefused) as again:
        node.send(signed)

    assert again.value.kind == "nonce_too_low"
    assert chain.balance_of(payee.address) == 1


def test_without_ether_nothing_is_taken(chain: Chain, node: Node) -> None:
    payer = chain.person("10")
    chain.give_ether(payer.address, 0)

    with pytest.raises(NodeRefused) as refused:
        node.send(payer.sign(_payout(node, payer, chain.person().address, "1")))

    assert refused.value.kind == "insufficient_funds"


def test_bytes_of_another_chain_are_refused(chain: Chain, node: Node) -> None:
    payer = chain.person("10")
    foreign = payer.sign(_payout(node, payer, chain.person().address, "1", chain_id=1))

    with pytest.raises(NodeRefused):
        node.send(Signed(foreign.raw, foreign.hash))


def test_tags_and_counts(chain: Chain, node: Node) -> None:
    payer = chain.person("10")
    chain.mine(5)
    chain.pause()
    node.send(payer.sign(_payout(node, payer, chain.person().address, "1")))

    numbers = []
    for tag in ("finalized", "safe", "latest"):
        block = node.block(tag)
        assert block
        numbers.append(block.number - chain.height())
    assert numbers == [-4, -2, 0]
    assert node.block(chain.height() + 1) is None
    assert node.transaction_count(payer.address) == 0
    assert node.transaction_count(payer.address, "pending") == 1


def test_fee_history(chain: Chain, node: Node) -> None:
    payer = chain.person("10")
    signed = chain.sign_transfer(payer, chain.person().address, "1", tip=7 * 10**9)
    chain.send(signed.raw)

    history = node.fee_history(blocks=1)
    latest = chain.anvil.ask("eth_getBlockByNumber", "latest", False)
    base_fee = int(latest["baseFeePerGas"], 16)

    assert history.oldest_block == int(latest["number"], 16)
    assert (len(history.base_fees), history.base_fees[0]) == (2, base_fee)
    assert list(history.rewards) == [7 * 10**9]
