"""Fixtures: a chain and a good node of it."""

from collections.abc import Iterator

import pytest

from functions.rail_evm.node import Node
from stack.stand_ins.chain import CHAIN_ID, Chain


@pytest.fixture(scope="module")
def running_chain() -> Iterator[Chain]:
    with Chain() as chain:
        yield chain


@pytest.fixture
def chain(running_chain: Chain) -> Iterator[Chain]:
    """The chain of this test file, mining, with a node without faults."""
    yield running_chain
    running_chain.node.behave()
    running_chain.resume()


@pytest.fixture
def node(chain: Chain) -> Iterator[Node]:
    with Node(chain.url, CHAIN_ID) as node:
        yield node
