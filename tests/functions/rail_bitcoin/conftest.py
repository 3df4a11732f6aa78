"""Fixtures: a stack with a chain of coins of this test file."""

from collections.abc import Iterator

import pytest

from tests.world.http.coins import CoinScene
from tests.world.http.desk import Desk


@pytest.fixture(scope="module")
def running_coins(desk: Desk) -> Iterator[CoinScene]:
    with CoinScene.start(desk) as scene:
        yield scene


@pytest.fixture
def coins(running_coins: CoinScene) -> Iterator[CoinScene]:
    """The stack with bitcoin, whose node is good and has nothing that waits."""
    yield running_coins
    running_coins.chain.node.behave()
    running_coins.chain.mine()
    running_coins.watch()
