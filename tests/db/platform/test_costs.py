"""The hot path has a budget: what comes later cannot spend it unseen."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from stack.cluster import Cluster
from tests.world.command_costs import Cost, cost, let_be_counted
from tests.world.escrow import Escrow
from tests.world.timer import swept
from tests.world.trades import p2p_trade, sell_order, signed, take, take_command
from tests.world.world import World

# Today's figures. Who needs more says so here, and why in docs/decisions.
MOST = {
    # One of the statements looks whether the rail is open, one which words the audit log may not
    # have. Of each event, and of each row of the log, one entry is counted of a partial index, that
    # has those with words only.
    "deposit": Cost(50, 9, 23),
    "take": Cost(123, 19, 38),
    "perform": Cost(32, 5, 20),
    "accept": Cost(72, 15, 35),
    "sweep": Cost(439, 96, 262),
}
# How many trades a sweep ends at once.
BATCH = 10


@pytest.fixture(scope="module")
def owner(database: Cluster) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection, on which statements can be counted."""
    let_be_counted(database)
    with psycopg.connect(database.url("postgres")) as connection:
        World(connection)
        connection.commit()
        yield connection


def _move(world: World, trade: Escrow, event: str, role: str) -> Cost:
    decision = trade.decision(event, role)
    return cost(world, lambda: world.command("escrow_commit", **decision))


def _perform(world: World) -> Cost:
    return _move(world, p2p_trade(world), "perform", "payee")


def _accept(world: World) -> Cost:
    trade = p2p_trade(world)
    trade.commit("perform", "payee")
    return _move(world, trade, "accept", "payer")


def _take(world: World) -> Cost:
    order, _ = sell_order(world)
    taker = world.user("taker")
    command = take_command(order, taker, "0.1")
    return cost(world, lambda: world.command("order_take", **command))


def _deposit(world: World) -> Cost:
    party = world.user("party")
    world.deposit(party, "1")
    return cost(world, lambda: world.deposit(party, "1"))


def _unpaid(world: World) -> list[Escrow]:
    """Trades of one order whose buyers let the time to pay run out."""
    order, maker = sell_order(world)
    made = []
    for _ in range(BATCH):
        taker = world.user("taker")
        made.append(Escrow(world, take(world, order, taker, "0.05"), maker, taker))
    world.advance(days=1)
    return made


def _sweep(world: World) -> Cost:
    trades = _unpaid(world)
    spent = cost(world, lambda: swept(world))
    assert {trade.place for trade in trades} == {("refunded", "")}
    return spent


COSTS = {
    "deposit": _deposit, "take": _take, "perform": _perform, "accept": _accept, "sweep": _sweep,
}  # fmt: skip


@pytest.mark.parametrize("name", COSTS)
def test_the_hot_path_keeps_its_budget(world: World, name: str) -> None:
    # The first time also reads catalogues and fills pages.
    spent = min((COSTS[name](world) for _ in range(3)), key=lambda each: each.statements)
    assert spent.within(MOST[name]), f"{name}: {spent}, the most is {MOST[name]}"


def test_a_sweep_tells_a_product_once(world: World) -> None:
    """However many trades end, their rows follow in one statement, and their orders in another."""
    texts = _sweep(world).texts
    for statement in ("update public.p2p_trades as t set", "update public.p2p_orders as o set"):
        assert sum(statement in text for text in texts) == 1, statement


def test_a_product_hears_of_its_own_escrows_only(world: World) -> None:
    """Decision 0041: what moves in the marketplace costs the book no statement."""
    made = signed(world, rail="internal")
    for event, role in (("fund", "payer"), ("perform", "payee"), ("accept", "payer")):
        spent = _move(world, made, event, role)
        assert spent.statements > 0
        assert [text for text in spent.texts if "p2p_" in text] == []
    assert made.place == ("released", "")
