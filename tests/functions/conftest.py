"""Fixtures: a desk on the running stack and a fresh trade."""

from collections.abc import Iterator

import httpx
import pytest

from stack.stack import Stack
from stack.stand_ins.stripe import StripeStandIn
from stack.stand_ins.webhook_receiver import WebhookReceiver
from tests.world.http.cards import Ahead, Cards
from tests.world.http.chain import Scene
from tests.world.http.desk import Desk, Trade, open_trade


@pytest.fixture(scope="module")
def desk(stack: Stack) -> Iterator[Desk]:
    with httpx.Client(base_url=stack.url, timeout=30) as http:
        yield Desk(stack, http)


@pytest.fixture(scope="module")
def receivers() -> Iterator[WebhookReceiver]:
    """Receivers of webhooks, each with an address that no other test has."""
    with WebhookReceiver() as receivers:
        yield receivers


@pytest.fixture(scope="module")
def running_scene(desk: Desk) -> Iterator[Scene]:
    with Scene.start(desk) as scene:
        yield scene


@pytest.fixture
def scene(running_scene: Scene) -> Iterator[Scene]:
    """The stack with a chain of this test file, whose node is good and which mines."""
    yield running_scene
    running_scene.chain.node.behave()
    running_scene.chain.resume()
    running_scene.work_again()


@pytest.fixture
def trade(desk: Desk) -> Trade:
    return open_trade(desk)


@pytest.fixture
def advanced(stack: Stack) -> Iterator[Stack]:
    """A stack whose clock may be moved; it is set right afterwards."""
    yield stack
    stack.clock.reset()
    # Figures that were computed in the future are those of the present again.
    with stack.connect() as connection:
        connection.execute(
            "insert into private.reputation_queue (party_id, due_at) "
            "select party_id, private.clock() from public.trader_profiles"
        )
    while stack.tick("ReputationRefreshFunction")["refreshed"]:
        continue


@pytest.fixture
def unpriced(stack: Stack) -> Stack:
    """A stack without an index, whatever other tests have read: trades are worth their dollars."""
    with stack.connect() as connection:
        connection.execute("delete from public.prices")
    return stack


@pytest.fixture(scope="module")
def cards(desk: Desk) -> Iterator[Cards]:
    """Stripe beside the stack of this file; its clock goes on and never back."""
    clock = Ahead()
    with StripeStandIn(clock) as stripe, httpx.Client(base_url=desk.stack.url, timeout=60) as http:
        made = Cards(desk, stripe, clock, http)
        made.prepare()
        yield made
