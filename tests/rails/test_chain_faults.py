"""A node that fails: what the rail may conclude from it, and what not."""

import logging
from collections.abc import Callable

import httpx
import pytest

from functions.rail_evm.logs import transfer_topics
from functions.rail_evm.node import Node, WrongChain
from functions.rail_evm.rpc import Limited, NodeRefused, NodeUnknown
from functions.rail_evm.transaction import Signed
from stack.stand_ins.chain import CHAIN_ID, USDC, Chain
from stack.stand_ins.chain.faults import FaultyNode
from stack.stand_ins.loopback import closed_port

SEND = "eth_sendRawTransaction"


@pytest.fixture
def payout(chain: Chain) -> Signed:
    return chain.sign_transfer(chain.person("5"), chain.person().address, "1")


def test_a_node_that_hangs(chain: Chain, node: Node, payout: Signed) -> None:
    assert node.receipt(payout.hash) is None
    chain.node.hang(SEND)
    # Only now: before, a slow machine would look like a node that hangs.
    node._rpc._http.timeout = httpx.Timeout(0.05)

    with pytest.raises(NodeUnknown):
        node.send(payout)

    assert chain.anvil.ask("eth_getTransactionByHash", payout.hash) is None


def test_an_answer_that_is_lost_says_nothing(chain: Chain, node: Node, payout: Signed) -> None:
    chain.node.drop_after_forwarding(SEND)

    with pytest.raises(NodeUnknown):
        node.send(payout)

    chain.receipt(payout.hash)
    receipt = node.receipt(payout.hash)
    assert receipt
    assert receipt.succeeded


def test_a_question_that_is_lost_says_the_same(chain: Chain, node: Node, payout: Signed) -> None:
    chain.node.drop(SEND)

    with pytest.raises(NodeUnknown):
        node.send(payout)

    chain.node.behave()
    assert node.receipt(payout.hash) is None
    node.send(payout)
    chain.receipt(payout.hash)


@pytest.mark.parametrize(("header", "seconds"), [("17", 17), ("soon", None)])
def test_a_limit(chain: Chain, node: Node, header: str, seconds: int | None) -> None:
    chain.node.limit(retry_after=header)

    with pytest.raises(Limited) as limited:
        node.block("latest")

    assert limited.value.retry_after == seconds


@pytest.mark.parametrize("code", [-32005, -32016])
def test_a_limit_in_other_words(chain: Chain, node: Node, code: int) -> None:
    chain.node.refuse("eth_getBlockByNumber", code, "over rate limit")

    with pytest.raises(Limited):
        node.block("latest")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (-32005, "query returned more than 10000 results"),
        (-32602, "query exceeds max block range 100000"),
        (-32614, "eth_getLogs is limited to a 10,000 range"),
    ],
)
def test_too_many_blocks_at_once(chain: Chain, node: Node, code: int, message: str) -> None:
    chain.node.refuse("eth_getLogs", code, message)

    with pytest.raises(NodeRefused) as refused:
        node.logs([USDC], transfer_topics([chain.person().address]), 0, chain.height())

    assert refused.value.code == code


def test_a_refusal_may_come_with_a_status(chain: Chain, node: Node) -> None:
    body = b'{"jsonrpc":"2.0","id":null,"error":{"code":-32614,"message":"limited to a range"}}'
    chain.node.fail("eth_getBlockByNumber", 413, body)

    with pytest.raises(NodeRefused):
        node.block("latest")
    with pytest.raises(NodeRefused):
        node.logs([USDC], transfer_topics([chain.person().address]), 0, chain.height())


def test_a_node_of_another_chain_is_asked_nothing(chain: Chain, node: Node) -> None:
    chain.node.wrong_chain(1)
    asked = len(chain.node.received)

    for _ in range(2):
        with pytest.raises(WrongChain):
            node.block("latest")

    assert all(b"eth_chainId" in each.body for each in chain.node.received[asked:])


def test_a_node_whose_safe_block_lags(chain: Chain, node: Node) -> None:
    chain.mine(10)
    chain.node.lag("safe", 3)

    safe, latest = node.block("safe"), node.block("latest")

    assert safe
    assert latest
    assert latest.number - safe.number == 5


def test_a_node_behind_gives_no_logs(chain: Chain, node: Node) -> None:
    """It might as well say that there are none: then its own head gives it away."""
    ahead = chain.height() + 5
    topics = transfer_topics([chain.person().address])
    with pytest.raises(NodeRefused):
        node.logs([USDC], topics, ahead - 1, ahead)
    chain.node.tell("eth_getLogs", [])

    with pytest.raises(NodeUnknown, match="not come to the last block"):
        node.logs([USDC], topics, ahead - 1, ahead)


def _nonsense(node: FaultyNode) -> None:
    node.tell("eth_getBlockByNumber", {"number": 5})


def _number(node: FaultyNode) -> None:
    node.tell("eth_getBlockByNumber", 5)


def _unavailable(node: FaultyNode) -> None:
    node.fail()


@pytest.mark.parametrize("fault", [_nonsense, _number, _unavailable])
def test_answers_without_sense(
    chain: Chain, node: Node, fault: Callable[[FaultyNode], None]
) -> None:
    fault(chain.node)

    with pytest.raises(NodeUnknown):
        node.block("latest")


def test_a_node_that_names_another_transaction(chain: Chain, node: Node, payout: Signed) -> None:
    chain.node.tell(SEND, "0x" + "00" * 32)

    with pytest.raises(NodeUnknown, match="another transaction"):
        node.send(payout)


def test_a_receipt_tells_what_the_parent_chain_cost(
    chain: Chain, node: Node, payout: Signed
) -> None:
    chain.send(payout.raw)
    real = node.receipt(payout.hash)
    told = chain.receipt(payout.hash) | {"l1Fee": hex(12_345)}
    chain.node.tell("eth_getTransactionReceipt", told)

    receipt = node.receipt(payout.hash)

    assert real
    assert receipt
    assert receipt.cost == real.cost + 12_345


def test_nobody_there() -> None:
    with closed_port() as port:
        node = Node(f"http://127.0.0.1:{port}", CHAIN_ID)
        with node, pytest.raises(NodeUnknown):
            node.block("latest")


def test_the_address_of_a_node_is_told_to_nobody(
    chain: Chain, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with Node(f"{chain.url}/v2/my-key", CHAIN_ID) as node:
        node.block("latest")
        chain.node.fail()
        with pytest.raises(NodeUnknown) as failed:
            node.block("latest")

    assert "my-key" not in caplog.text + str(failed.value) + repr(node)
