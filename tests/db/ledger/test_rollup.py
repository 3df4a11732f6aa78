"""Shared wallets only grow; the roll-up advances them, also while others post."""

import threading
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from stack.cluster import Cluster
from tests.world.ledger_post import clearing
from tests.world.trades import p2p_trade
from tests.world.world import OUTSIDE, PLATFORM, World

_DEPOSIT = """
select ledger.move_external('deposit', %s, 'LTC', 1, '', null, gen_random_uuid()::text)
"""


def _rollup(world: World) -> int:
    with world.acting("service_role"):
        rolled: int = world.one("select service.ledger_rollup()")
    return rolled


def test_a_posting_does_not_touch_the_row_of_a_shared_wallet(world: World) -> None:
    shared = clearing(world)
    before = world.one("select w::text from public.wallets as w where id = %s", shared)
    world.deposit(world.user(), "1")
    assert world.one("select w::text from public.wallets as w where id = %s", shared) == before
    assert world.rows(
        "select seq, balance_after, hash from public.ledger_entries where wallet_id = %s "
        "order by id desc limit 1",
        shared,
    ) == [(None, None, None)]


def _fees(world: World) -> list[tuple[Any, ...]]:
    """Balance and entries of each roll-up of the fees in BTC, the newest first."""
    return world.rows(
        "select balance::numeric, entries from private.wallet_rollups as r "
        "join public.wallets as w on w.id = r.wallet_id "
        "where w.party_id = %s and w.currency = 'BTC' and w.type = 'fees' order by r.seq desc",
        PLATFORM,
    )


def test_a_rollup_moves_each_entry_once(world: World) -> None:
    _rollup(world)
    before = _fees(world)
    escrow = p2p_trade(world)
    escrow.commit("perform", "payee")
    escrow.commit("accept", "payer")
    assert _rollup(world) == 2
    assert _rollup(world) == 0
    after = _fees(world)
    assert len(after) == len(before) + 1
    earlier = before[0][0] if before else Decimal(0)
    assert after[0] == (earlier + Decimal("0.0005"), 1)
    assert world.problems() == []


def test_an_empty_rollup_moves_nothing(world: World) -> None:
    _rollup(world)
    before = world.rows("select * from private.wallet_rollups")
    assert _rollup(world) == 0
    assert world.rows("select * from private.wallet_rollups") == before


DEPOSITS, WRITERS = 15, 4


def _work(url: str, run: Any, failures: list[BaseException]) -> threading.Thread:
    def body() -> None:
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                run(connection)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=body)
    thread.start()
    return thread


@pytest.fixture
def parties(database: Cluster) -> list[UUID]:
    """New people, for good: connections of their own see them."""
    made = [uuid4() for _ in range(WRITERS)]
    with database.connect() as connection:
        for party in made:
            connection.execute(
                "insert into auth.users (id, email) values (%s, %s)", [party, f"{party}@x.test"]
            )
    return made


def test_rollups_beside_postings_lose_nothing(database: Cluster, parties: list[UUID]) -> None:
    """Writers deposit while roll-ups draw lines: no entry is counted twice or never."""

    def deposits(party: UUID) -> Any:
        def run(connection: psycopg.Connection[Any]) -> None:
            for _ in range(DEPOSITS):
                # The wait inside the transaction gives a roll-up time to run over it.
                with connection.transaction():
                    connection.execute(_DEPOSIT, [party])
                    connection.execute("select pg_sleep(0.002)")

        return run

    url = database.url("postgres")
    failures: list[BaseException] = []
    threads = [_work(url, deposits(party), failures) for party in parties]
    with database.connect() as connection:
        while any(thread.is_alive() for thread in threads):
            connection.execute("select ledger.rollup()")
    for thread in threads:
        thread.join(60)
    assert failures == []
    with database.connect() as connection:
        connection.execute("select ledger.rollup()")
        row = connection.execute(
            "select available::numeric, (select sum(r.entries) from private.wallet_rollups as r "
            "where r.wallet_id = w.id) from public.wallets as w "
            "where party_id = %s and currency = 'LTC' and type = 'clearing'",
            [OUTSIDE],
        ).fetchone()
        assert row == (-DEPOSITS * WRITERS, DEPOSITS * WRITERS)
        assert connection.execute("select * from ledger.verify()").fetchall() == []


def test_a_rollup_waits_for_a_posting_under_way(database: Cluster, parties: list[UUID]) -> None:
    with database.connect() as slow, database.connect() as roller:
        with slow.transaction():
            slow.execute(_DEPOSIT, [parties[0]])
            roller.execute("set lock_timeout = '50ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                roller.execute("select ledger.rollup()")
        rolled = roller.execute("select ledger.rollup()").fetchone()
    assert rolled == (1,)


def test_postings_to_a_shared_wallet_do_not_wait_for_each_other(
    database: Cluster, parties: list[UUID]
) -> None:
    with database.connect() as first, database.connect() as second, first.transaction():
        first.execute(_DEPOSIT, [parties[0]])
        second.execute("set lock_timeout = '200ms'")
        second.execute(_DEPOSIT, [parties[1]])
