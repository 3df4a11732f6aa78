"""A second look at the chain: what one answer said is believed when another says the same."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from functions.rail_evm.logs import transfer_topics, transfers
from functions.rail_evm.node import Node, WrongChain
from functions.rail_evm.proofs import Behind, Proof, Prover, Refused, Sent
from functions.rail_evm.rpc import NodeUnknown
from shared.money import format_amount
from stack.stand_ins.chain import BRIDGED_USDC, CHAIN_ID, USDC, Chain
from stack.stand_ins.chain.accounts import Account
from stack.stand_ins.chain.faults import FaultyNode

RECEIPT, LOGS, BLOCK = "eth_getTransactionReceipt", "eth_getLogs", "eth_getBlockByNumber"
TOKENS = {USDC: 6, BRIDGED_USDC: 6}
SOMEBODY = "0x" + "5a" * 20

Told = dict[str, Any]


@pytest.fixture
def second(chain: Chain) -> Iterator[FaultyNode]:
    """Another node of the same chain."""
    with FaultyNode(chain.anvil) as node:
        yield node


def deposit(chain: Chain, node: Node, amount: str = "10") -> Told:
    """A transfer as the reader read it, whose block is final."""
    payer, to = chain.person(amount), chain.person().address
    chain.transfer(payer, to, amount)
    at = chain.height()
    (found,) = transfers(node.logs([USDC], transfer_topics([to]), at, at)[0], TOKENS)
    chain.mine(5)
    told = {name: getattr(found, name) for name in found.__slots__}
    return told | {"amount": format_amount(found.amount), "block_tag": "finalized"}


def prover(*nodes: Node) -> Prover:
    return Prover(nodes, TOKENS)


def _log(change: Callable[[Told], Any]) -> Callable[[Told], Told]:
    """A lie about the first log of a receipt."""

    def lie(receipt: Told) -> Told:
        change(receipt["logs"][0])
        return receipt

    return lie


LIES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "no receipt": (RECEIPT, lambda _: None),
    "a receipt that failed": (RECEIPT, lambda told: told | {"status": "0x0"}),
    "no logs": (RECEIPT, lambda told: told | {"logs": []}),
    "another amount": (RECEIPT, _log(lambda log: log.update(data="0x" + "0" * 63 + "1"))),
    "another token": (RECEIPT, _log(lambda log: log.update(address=BRIDGED_USDC.lower()))),
    "nobody's token": (RECEIPT, _log(lambda log: log.update(address=SOMEBODY))),
    "another sender": (RECEIPT, _log(lambda log: log["topics"].__setitem__(1, _word(SOMEBODY)))),
    "another recipient": (RECEIPT, _log(lambda log: log["topics"].__setitem__(2, _word(SOMEBODY)))),
    "an approval": (RECEIPT, _log(lambda log: log["topics"].__setitem__(0, "0x" + "8" * 64))),
    "another place": (RECEIPT, _log(lambda log: log.update(logIndex="0x7"))),
    "a removed log": (RECEIPT, _log(lambda log: log.update(removed=True))),
    "another block": (RECEIPT, lambda told: told | {"blockHash": "0x" + "9" * 64}),
    "another height": (RECEIPT, lambda told: told | {"blockNumber": "0x1"}),
    "another transaction": (RECEIPT, lambda told: told | {"transactionHash": "0x" + "9" * 64}),
    "another chain of blocks": (BLOCK, lambda told: told | {"hash": "0x" + "9" * 64}),
}


def _word(address: str) -> str:
    return "0x" + address[2:].rjust(64, "0")


def test_what_is_there_is_proved(chain: Chain, node: Node) -> None:
    made = deposit(chain, node)
    found = prover(node).prove(made)
    assert isinstance(found, Proof)
    assert {k: v for k, v in made.items() if k != "block_tag"} | {"nodes": 1} == found.document()
    assert prover(node).is_gone(made) is False


@pytest.mark.parametrize(("method", "change"), LIES.values(), ids=LIES)
def test_a_node_that_lies_once_proves_nothing(
    chain: Chain, node: Node, method: str, change: Callable[[Any], Any]
) -> None:
    made = deposit(chain, node)
    chain.node.lie(method, change)
    assert isinstance(prover(node).prove(made), Refused)
    assert isinstance(prover(node).prove(made), Proof)


@pytest.mark.parametrize(
    "claimed",
    [
        {"amount": "10000"}, {"token": BRIDGED_USDC}, {"sender": "0x" + "5a" * 20},
        {"recipient": "0x" + "5a" * 20}, {"log_index": 3}, {"transaction_hash": "0x" + "9" * 64},
    ],
)  # fmt: skip
def test_a_forged_log_with_a_real_block_is_not_proved(
    chain: Chain, node: Node, claimed: Told
) -> None:
    assert isinstance(prover(node).prove(deposit(chain, node) | claimed), Refused)


@pytest.mark.parametrize(("method", "change"), LIES.values(), ids=LIES)
def test_a_second_node_must_agree(
    chain: Chain, node: Node, second: FaultyNode, method: str, change: Callable[[Any], Any]
) -> None:
    made = deposit(chain, node)
    with Node(second.url, CHAIN_ID) as other:
        second.lie(method, change, times=99)
        assert isinstance(prover(node, other).prove(made), Refused)
        second.behave()
        found = prover(node, other).prove(made)
    assert isinstance(found, Proof)
    assert found.nodes == 2


def test_a_first_node_that_always_lies_is_found_by_the_second(
    chain: Chain, node: Node, second: FaultyNode
) -> None:
    made = deposit(chain, node, amount="10")
    chain.node.lie(RECEIPT, _log(lambda log: log.update(data="0x" + "0" * 57 + "ffffff0")), 99)
    forged = made | {"amount": "268.435440"}
    assert isinstance(prover(node).prove(forged), Proof)
    with Node(second.url, CHAIN_ID) as other:
        assert prover(node, other).prove(forged) == Refused("other_log")


def test_a_node_of_another_chain_says_nothing(chain: Chain, node: Node) -> None:
    made = deposit(chain, node)
    assert isinstance(prover(node).prove(made), Proof)
    # It was asked which chain it is of before; now somebody put another one in its place.
    chain.node.wrong_chain(1)
    with pytest.raises(WrongChain):
        prover(node).prove(made)


def test_a_node_that_is_behind_is_asked_again(chain: Chain, node: Node) -> None:
    made = deposit(chain, node)
    chain.node.lag("finalized", 5)
    with pytest.raises(Behind):
        prover(node).prove(made)
    with pytest.raises(Behind):
        prover(node).is_gone(made)


def test_one_answer_does_not_lose_a_deposit(chain: Chain, node: Node, second: FaultyNode) -> None:
    made = deposit(chain, node)
    chain.node.lie(BLOCK, lambda told: told | {"hash": "0x" + "9" * 64}, 99)
    assert prover(node).is_gone(made)
    with Node(second.url, CHAIN_ID) as other:
        assert prover(node, other).is_gone(made) is False


@pytest.fixture
def paid(chain: Chain, node: Node) -> tuple[Any, Sent, Account]:
    """A payment that is final, and what it was to pay."""
    payer, payee = chain.person("10"), chain.person()
    hash_ = chain.transfer(payer, payee.address, "2.5")
    chain.mine(5)
    receipt = node.receipt(hash_)
    return receipt, Sent(USDC, payer.address, payee.address, Decimal("2.5"), 0), payee


@pytest.mark.parametrize(
    "lie",
    ["no receipt", "a receipt that failed", "another block", "another height",
     "another transaction", "another chain of blocks"],
)  # fmt: skip
def test_a_payment_is_over_when_all_agree(
    chain: Chain, node: Node, second: FaultyNode, paid: tuple[Any, Sent, Account], lie: str
) -> None:
    receipt, payout, _ = paid
    with Node(second.url, CHAIN_ID) as other:
        assert prover(node, other).contradiction(receipt, payout) is None
        second.lie(*LIES[lie], times=99)
        assert prover(node, other).contradiction(receipt, payout)


@pytest.mark.parametrize(
    ("method", "change"),
    [
        (RECEIPT, lambda told: told | {"status": "0x0"}),
        (RECEIPT, lambda _: None),
        (RECEIPT, lambda told: told | {"blockHash": "0x" + "9" * 64}),
        (LOGS, lambda _: []),
        ("eth_getTransactionCount", lambda _: "0x0"),
    ],
)
def test_one_answer_does_not_end_a_payment(
    chain: Chain, node: Node, paid: tuple[Any, Sent, Account], method: str, change: Any
) -> None:
    receipt, payout, _ = paid
    chain.node.lie(method, change)
    assert prover(node).contradiction(receipt, payout)
    assert prover(node).contradiction(receipt, payout) is None


@pytest.mark.parametrize("lies", [1, 99])
def test_a_payment_that_is_said_to_have_failed_is_not_paid_again(
    chain: Chain, node: Node, paid: tuple[Any, Sent, Account], lies: int
) -> None:
    """Not even when each receipt says so: the logs of its block have it."""
    receipt, payout, _ = paid
    chain.node.lie(RECEIPT, lambda told: told | {"status": "0x0", "logs": []}, lies)
    failed = node.receipt(receipt.transaction_hash)
    assert failed is not None
    assert failed.succeeded is False
    assert prover(node).contradiction(failed, payout)


def test_a_payment_that_failed_has_failed(chain: Chain, node: Node) -> None:
    payer, payee = chain.person("10"), chain.person()
    signed = chain.sign_transfer(payer, payee.address, "2.5")
    chain.block(payee.address)
    hash_ = chain.send(signed.raw)
    chain.mine(5)
    receipt = node.receipt(hash_)
    assert receipt is not None
    payout = Sent(USDC, payer.address, payee.address, Decimal("2.5"), 0)
    assert prover(node).contradiction(receipt, payout) is None


def test_no_node_proves_nothing(chain: Chain, node: Node) -> None:
    assert prover().prove(deposit(chain, node)) == Refused("no_node")


def test_a_node_that_does_not_answer_proves_nothing(
    chain: Chain, node: Node, second: FaultyNode
) -> None:
    made = deposit(chain, node)
    second.fail()
    with Node(second.url, CHAIN_ID) as other, pytest.raises(NodeUnknown):
        prover(node, other).prove(made)
