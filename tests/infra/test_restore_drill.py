"""The restore drill: an online backup, an accident, recovery to the moment before it.

What docs/operating.md tells an operator to rehearse, on the real server.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from psycopg import sql

from stack.cluster import SUPERUSER, Cluster
from stack.keys import Keys
from stack.people import OLGA
from stack.prepared import copy_prepared
from stack.rundirs import run_directory
from stack.stack import Options, Stack
from tests.infra.backup import archive_to, base_copy, recover
from tests.world.http.desk import Desk, Trade, open_trade
from tests.world.lone_operators import let_operators_act_alone

# Without a movable clock: the restored database is a production's.
_OPTIONS = Options(durable=True, clock=False)


def _books(stack: Stack) -> dict[str, Any]:
    """Number and digest of the rows of every table of ours."""
    with stack.connect(SUPERUSER) as admin:
        tables = admin.execute(
            "select n.nspname, c.relname from pg_class as c "
            "join pg_namespace as n on n.oid = c.relnamespace where c.relkind in ('r', 'p') "
            "and not c.relispartition and (n.nspname in ('public', 'private', 'ledger', 'service') "
            "or (n.nspname, c.relname) = ('auth', 'users')) order by 1, 2"
        ).fetchall()
        digest = "select count(*), md5(string_agg(t::text, ',' order by t::text)) from {} as t"
        return {
            f"{schema}.{name}": admin.execute(
                sql.SQL(digest).format(sql.Identifier(schema, name))
            ).fetchone()
            for schema, name in tables
        }


def _problems(stack: Stack) -> list[Any]:
    return stack.cluster.execute("select problem, subject from ledger.verify()")


@contextmanager
def _trading(desk: Desk) -> Iterator[None]:
    """Trades go on during the block."""
    done, failed = threading.Event(), []

    def trade() -> None:
        try:
            while not done.is_set():
                open_trade(desk)
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=trade)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    assert not failed


def _accident(stack: Stack) -> None:
    with stack.connect(SUPERUSER) as owner:
        # Whoever may switch the guards off can lose what they guard.
        owner.execute("set session_replication_role = replica")
        owner.execute("truncate public.p2p_orders cascade")
        owner.execute("update public.wallets set available = 0 where kind = 'normal'")
    with stack.connect(SUPERUSER) as admin:
        # Only a finished segment of the log is archived.
        last = admin.execute("select pg_walfile_name(pg_switch_wal())").fetchone()
        assert last
        deadline = time.monotonic() + 120
        query = "select last_archived_wal >= %s from pg_stat_archiver"
        while admin.execute(query, last).fetchone() != (True,):
            assert time.monotonic() < deadline, "the log was not archived"
            time.sleep(0.05)


def _recovered(cluster: Cluster) -> None:
    deadline = time.monotonic() + 60
    while cluster.execute("select pg_is_in_recovery()") != [(False,)]:
        assert time.monotonic() < deadline, "recovery did not end"
        time.sleep(0.05)


def _finish(trade: Trade, key: str, paid: Any) -> None:
    """The trade goes on where it stood, with answers given before the accident."""
    again = trade.post(trade.buyer, "mark-paid", key=key)
    assert again.replayed
    assert again.body == paid
    assert trade.done(trade.seller, "release", {"payer_name_matches": True})["state"] == "released"


def test_the_books_come_back_as_they_were_before_an_accident() -> None:
    keys, key = Keys.make(), str(uuid4())
    with run_directory() as folder:
        data, archive, copy = (Path(folder) / name for name in ("data", "archive", "copy"))
        copy_prepared(data)
        archive_to(data, archive)
        cluster = Cluster(data, durable=True)
        with (
            Stack.on(cluster, folder, keys, _OPTIONS) as stack,
            httpx.Client(base_url=stack.url, timeout=30) as http,
        ):
            let_operators_act_alone(cluster)
            desk = Desk(stack, http)
            trade = open_trade(desk)
            with _trading(desk):
                base_copy(cluster, copy)
            paid = trade.done(trade.buyer, "mark-paid", key=key)
            stack.tick("LedgerRollupFunction")
            before = _books(stack)
            moment = cluster.execute("select clock_timestamp()")[0][0]
            time.sleep(0.05)
            _accident(stack)
            assert _problems(stack)
            cluster.kill()

        recover(copy, archive, moment)
        restored = Cluster(copy, durable=True)
        with (
            Stack.on(restored, folder, keys, _OPTIONS) as stack,
            httpx.Client(base_url=stack.url, timeout=30) as http,
        ):
            _recovered(restored)
            assert _books(stack) == before
            assert _problems(stack) == []
            desk = Desk(stack, http)
            _finish(Trade(desk, trade.seller, trade.buyer, trade.order_id, trade.id), key, paid)
            open_trade(desk)
            assert stack.tick("LedgerVerifyFunction") == {
        "problems": 0, "discrepancies": 0, "refused_reports": 0, "rail_differences": 0,
        "rails_not_compared": 0,
    }  # fmt: skip
            assert desk.read(OLGA.id, "/escrow_transactions?select=id&state=eq.released")
