"""The chain of the tests does what Base does: tokens, blocks, finality, reorganisations."""

from decimal import Decimal

import pytest

from shared.deposit_addresses import deposit_address
from stack.stand_ins.chain import BRIDGED_USDC, USDC, Chain
from stack.stand_ins.chain.accounts import account, deposits_xpub
from stack.stand_ins.chain.anvil import AnvilFailed
from stack.stand_ins.chain.treasury import sweep


def _told(chain: Chain, token: str, selector: str) -> bytes:
    answer: str = chain.anvil.ask("eth_call", {"to": token, "data": selector}, "latest")
    return bytes.fromhex(answer[2:])


def test_tokens_are_at_their_real_addresses(chain: Chain) -> None:
    for token, symbol in ((USDC, b"USDC"), (BRIDGED_USDC, b"USDbC")):
        assert symbol in _told(chain, token, "0x95d89b41")
        assert int.from_bytes(_told(chain, token, "0x313ce567"), "big") == 6


def test_money_moves(chain: Chain) -> None:
    payer, payee = chain.person("10.5"), chain.person()

    chain.transfer(payer, payee.address, "0.000001")

    assert chain.balance_of(payer.address) == Decimal("10.499999")
    assert chain.balance_of(payee.address) == Decimal("0.000001")
    assert chain.balance_of(payee.address, BRIDGED_USDC) == 0


def test_nobody_spends_what_they_do_not_have(chain: Chain) -> None:
    payer = chain.person("1")

    receipt = chain.receipt(chain.transfer(payer, chain.person().address, "2"))

    assert receipt["status"] == "0x0"
    assert chain.balance_of(payer.address) == 1


@pytest.mark.parametrize("blocked", ["sender", "recipient"])
def test_the_issuer_blocks(chain: Chain, blocked: str) -> None:
    payer, payee = chain.person("5"), chain.person()
    target = payer if blocked == "sender" else payee
    chain.block(target.address)

    refused = chain.receipt(chain.transfer(payer, payee.address, "1"))
    chain.block(target.address, False)
    accepted = chain.receipt(chain.transfer(payer, payee.address, "1"))

    assert (refused["status"], accepted["status"]) == ("0x0", "0x1")
    assert refused["logs"] == []


def test_blocks_become_safe_then_final(chain: Chain) -> None:
    chain.mine(5)
    latest = chain.height()

    assert chain.height("safe") == latest - 2
    assert chain.height("finalized") == latest - 4


def test_a_paused_chain_keeps_what_is_sent(chain: Chain) -> None:
    payer, payee = chain.person("5"), chain.person()
    chain.pause()

    hash_ = chain.transfer(payer, payee.address, "1")
    waiting = chain.anvil.ask("eth_getTransactionReceipt", hash_)
    chain.resume()

    assert waiting is None
    assert chain.receipt(hash_)["status"] == "0x1"


def test_a_reorganisation_drops_and_keeps(chain: Chain) -> None:
    payer, other, payee = chain.person("5"), chain.person("5"), chain.person()
    kept = chain.transfer(other, payee.address, "1")
    lost = chain.transfer(payer, payee.address, "2")
    before = chain.height(), chain.receipt(kept)["blockHash"]

    dropped = chain.reorg(2, keep=[kept])

    assert [each.hash for each in dropped] == [lost]
    assert chain.anvil.ask("eth_getTransactionReceipt", lost) is None
    after = chain.receipt(kept)
    assert (chain.height(), after["blockHash"]) != before
    assert chain.height() == before[0]
    assert chain.balance_of(payee.address) == 1

    assert chain.send(dropped[0].raw) == lost
    assert chain.balance_of(payee.address) == 3


def test_the_same_bytes_again_are_refused(chain: Chain) -> None:
    signed = chain.sign_transfer(chain.person("5"), chain.person().address, "1")
    chain.send(signed.raw)

    with pytest.raises(AnvilFailed, match="nonce too low"):
        chain.send(signed.raw)


def test_base_fee_and_time_are_set(chain: Chain) -> None:
    before = chain.anvil.ask("eth_getBlockByNumber", "latest", False)
    chain.set_base_fee(123_456_789)
    chain.advance(3600)
    after = chain.anvil.ask("eth_getBlockByNumber", "latest", False)

    assert int(after["baseFeePerGas"], 16) == 123_456_789
    assert int(after["timestamp"], 16) - int(before["timestamp"], 16) >= 3600


def test_the_treasury_sweeps_to_the_hot_wallet(chain: Chain) -> None:
    payer = chain.person("10")
    indexes = {deposit_address("evm", deposits_xpub(), index): index for index in (7, 8, 9)}
    for address, amount in zip(indexes, ("1.5", "2.25"), strict=False):
        chain.transfer(payer, address, amount)
    before = chain.balance_of(chain.hot_wallet.address)

    assert sweep(chain, indexes) == Decimal("3.75")
    assert chain.balance_of(chain.hot_wallet.address) - before == Decimal("3.75")
    assert {chain.balance_of(address) for address in indexes} == {Decimal(0)}
    with pytest.raises(ValueError, match="is not number 8"):
        sweep(chain, {account(0, 7).address: 8})


def test_it_ends_with_its_block() -> None:
    with Chain() as chain:
        process = chain.anvil.running
        assert process
        assert process.alive()

    assert not process.alive()
    with pytest.raises(AnvilFailed, match="does not run"):
        chain.height()
