"""What the owner of the tables can break with the guards switched off, verify names."""

from typing import Any

import psycopg
import pytest

from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY, ONCE
from tests.world.tampering import CASES
from tests.world.trades import p2p_trade, sell_order, take
from tests.world.world import World

pytestmark = pytest.mark.commits


def _market(world: World) -> None:
    """Orders, trades and contracts in several states, and shared wallets rolled up twice."""
    order, _ = sell_order(world)
    take(world, order, world.user("taker"), "0.2")
    sell_order(world)
    done = p2p_trade(world)
    done.commit("perform", "payee")
    done.commit("accept", "payer")
    with world.acting("service_role"):
        world.run("select service.ledger_rollup()")
    ONCE["decided_again"](world, "market_service")
    EVERY_POLICY["performed"](world, "market_goods")
    with world.acting("service_role"):
        world.run("select service.ledger_rollup()")
    p2p_trade(world)


@pytest.fixture(scope="module", autouse=True)
def market(owner: psycopg.Connection[Any]) -> None:
    """Committed: each test tampers with the same books, in a transaction of its own."""
    world = World(owner)
    _market(world)
    assert world.problems() == []
    owner.commit()


@pytest.mark.parametrize("name", CASES)
def test_verify_names_what_was_tampered_with(world: World, name: str) -> None:
    tables, statements, problems = CASES[name]
    for table in tables:
        world.run(f"alter table {table} disable trigger user")
    assert sum(world.run(statement) != 0 for statement in statements) == len(statements)
    missed = problems - set(world.problems())
    assert not missed, f"verify does not name {missed}, only {set(world.problems())}"


def test_the_guards_refuse_the_same_changes_while_they_are_on(world: World) -> None:
    guarded = {"public.ledger_entries", "private.ledger_transfers", "private.escrow_events",
               "private.escrow_transactions", "private.wallet_rollups"}  # fmt: skip
    tried = 0
    for tables, statements, _ in CASES.values():
        if tables and guarded >= set(tables):
            tried += 1
            with refused(world.connection, "append_only", "escrow_terms_fixed", "stale_version"):
                for statement in statements:
                    world.run(statement)
    assert tried > 15
