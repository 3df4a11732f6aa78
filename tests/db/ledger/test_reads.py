"""Balances now and then, and the statement of account, as their owner sees them."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from stack.identity import as_owner, as_user
from tests.world.ledger_post import Entry, clearing, lock, post
from tests.world.trades import p2p_trade
from tests.world.world import OUTSIDE, World


def _as_of(world: World, wallet: UUID, moment: object) -> tuple[Any, ...]:
    return world.rows(
        "select available::numeric, pending::numeric, locked::numeric "
        "from public.wallet_balance_as_of(%s, %s)",
        wallet, moment,
    )[0]  # fmt: skip


def test_law_9_a_balance_at_a_moment_is_given_as_strings(world: World) -> None:
    party = world.user()
    world.deposit(party, "1.50")
    row = world.one(
        "select to_jsonb(b) from public.wallet_balance_as_of(%s, %s) as b",
        world.wallet(party), world.now(),
    )  # fmt: skip
    assert row == {"available": "1.5", "pending": "0", "locked": "0"}


def test_a_balance_at_a_moment_is_what_it_was(world: World) -> None:
    party, hold = world.user(), uuid4()
    before = world.now()
    moments = []
    world.advance(minutes=1)
    world.deposit(party, "10")
    wallet = world.wallet(party)
    for entries in (
        lock(wallet, "4", hold),
        (Entry(wallet, "-3", "locked", hold), Entry(wallet, "3")),
        (Entry(wallet, "-2"), Entry(clearing(world), "2")),
    ):
        moments.append(world.now())
        world.advance(minutes=1)
        post(world, *entries)
    moments.append(world.now())
    assert [_as_of(world, wallet, moment) for moment in (before, *moments)] == [
        (0, 0, 0), (10, 0, 0), (6, 0, 4), (9, 0, 1), (7, 0, 1),
    ]  # fmt: skip
    assert world.balance(party) == (7, 0, 1)


def test_a_shared_balance_at_a_moment_is_what_it_was(world: World) -> None:
    party = world.user()
    shared = clearing(world)
    start = world.now()
    (before, _, _) = _as_of(world, shared, start)
    world.advance(minutes=1)
    world.deposit(party, "2")
    with world.acting("service_role"):
        world.run("select service.ledger_rollup()")
    middle = world.now()
    world.advance(minutes=1)
    world.deposit(party, "3")
    assert _as_of(world, shared, start)[0] == before
    assert _as_of(world, shared, middle)[0] == before - 2
    assert _as_of(world, shared, world.now())[0] == before - 5


def test_a_person_sees_the_own_balance_only(world: World) -> None:
    escrow = p2p_trade(world)
    wallet = world.wallet(escrow.payer)
    as_user(world.connection, escrow.payer)
    own = world.rows("select party_id, available::numeric from public.wallet_balances")
    then = _as_of(world, wallet, "infinity")
    as_user(world.connection, escrow.payee)
    others = _as_of(world, wallet, "infinity")
    as_owner(world.connection)
    assert own == [(escrow.payer, 1)]
    assert then == (1, 0, 1)
    assert others == (0, 0, 0)


def test_the_statement_of_account_tells_why(world: World) -> None:
    escrow = p2p_trade(world)
    escrow.commit("perform", "payee")
    escrow.commit("accept", "payer")
    as_user(world.connection, escrow.payee)
    rows = world.rows(
        "select kind, reference_id, bucket::text, amount::numeric, balance_after::numeric "
        "from public.transactions order by id"
    )
    as_owner(world.connection)
    assert rows == [
        ("deposit", None, "available", Decimal("0.1"), Decimal("0.1")),
        ("escrow.accept", escrow.id, "available", Decimal("0.0995"), Decimal("0.1995")),
    ]


def test_balances_of_shared_wallets_are_snapshot_and_tail(world: World) -> None:
    before = world.balance(OUTSIDE, kind="clearing")[0]
    for amount in ("1", "2", "4"):
        world.deposit(world.user(), amount)
        if amount == "2":
            with world.acting("service_role"):
                world.run("select service.ledger_rollup()")
    assert world.balance(OUTSIDE, kind="clearing")[0] == before - 7
    snapshot = world.one("select available::numeric from public.wallets where id = %s",
                         clearing(world))  # fmt: skip
    assert snapshot == before - 3


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_amounts_are_strings_in_json(world: World, role: str) -> None:
    """PostgREST shows a domain by the function of its cast to json, run as the caller."""
    assert world.one(
        "select castfunc::regproc::text from pg_cast "
        "where castsource = 'public.money_amount'::regtype and casttarget = 'json'::regtype"
    ) == 'private."json"'  # fmt: skip
    with world.acting(role):
        shown = world.rows(
            "select private.json(0.10), private.json(1e19), private.json(-0.000000000000000001)"
        )
    assert shown == [("0.1", "10000000000000000000", "-0.000000000000000001")]
