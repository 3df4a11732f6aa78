"""Complaint 16 on a chain that stops: it is not offered, expiry does not fire, time comes back; the
chain beside it goes on."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from stack.people import OLGA
from stack.stand_ins.chain import BSC, Chain
from stack.stand_ins.chain.faults import FaultyNode
from stack.stand_ins.chain.hot_wallet import work_on
from tests.world.http.chain import Escrow, Scene
from tests.world.http.wallet import ADDRESSES, ASKED

BSC_ASKED = {"rail": "bsc", "currency": "USDT_BSC"}


@pytest.fixture(scope="module")
def bsc(running_scene: Scene) -> Iterator[Chain]:
    with Chain(BSC) as chain:
        work_on(running_scene.desk.stack, running_scene.chain, chain)
        yield chain


def state(scene: Scene, network: str = "base") -> str:
    rows = scene.desk.read(OLGA.id, f"/network_health?network_id=eq.{network}&select=state")
    return str(rows[0]["state"])


def deadline(scene: Scene, escrow: Escrow) -> datetime:
    found: datetime = scene.one(
        "select expires_at from private.escrow_transactions where id = %s", escrow.id
    )
    return found


def works_again(scene: Scene) -> None:
    scene.chain.catch_up(scene.desk.stack.clock.now())
    scene.watch()
    assert state(scene) == "up"


def test_a_chain_that_makes_no_blocks(scene: Scene, bsc: Chain) -> None:
    made = scene.escrow("40")
    scene.address(made)
    scene.watch()
    before, clock = deadline(scene, made), scene.desk.stack.clock
    clock.advance(minutes=61)
    bsc.catch_up(clock.now())
    scene.watch()
    scene.desk.stack.invoke("EvmWatchFunction", {"rail": "bsc"})
    assert (state(scene), state(scene, "bsc")) == ("no_blocks", "up")
    somebody = scene.desk.stack.create_user()
    reply = scene.desk.post(somebody, ADDRESSES, ASKED)
    assert (reply.status, reply.code) == (409, "network_down")
    scene.desk.done(somebody, ADDRESSES, BSC_ASKED)
    scene.desk.stack.tick("EscrowExpireFunction")
    assert scene.state(made) == "awaiting_funds"
    works_again(scene)
    scene.desk.stack.tick("EscrowExpireFunction")
    given = deadline(scene, made) - before
    assert timedelta(minutes=61) <= given < timedelta(minutes=65)
    scene.send_to(made, "40")
    scene.settle()
    assert scene.state(made) == "funded"
    scene.desk.done(somebody, ADDRESSES, ASKED)
    scene.check_books()


def test_a_node_that_does_not_answer(scene: Scene, bsc: Chain) -> None:
    scene.advance(minutes=1)
    scene.watch()
    scene.chain.node.fail()
    scene.watch()
    assert state(scene) == "up"
    scene.desk.stack.clock.advance(minutes=6)
    scene.watch()
    assert state(scene) == "no_answer"
    scene.chain.node.behave()
    works_again(scene)


def test_two_nodes_that_have_different_final_blocks(scene: Scene, bsc: Chain) -> None:
    scene.settle()
    stack = scene.desk.stack
    with FaultyNode(scene.chain.anvil) as other:
        secret = f"holdfast/nodes/{uuid4()}"
        stack.aws.client("secretsmanager").create_secret(
            Name=secret, SecretString=f"base {scene.chain.url} {other.url}"
        )
        stack.configure(HOLDFAST_EVM_NODE_SECRET=secret)
        scene.watch()
        assert state(scene) == "up"
        other.lie("eth_getBlockByNumber", lambda block: block | {"hash": "0x" + "ab" * 32}, 9)
        scene.watch()
        assert state(scene) == "answers_differ"
        other.behave()
        works_again(scene)
    work_on(stack, scene.chain, bsc)
