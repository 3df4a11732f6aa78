"""Two commands on real connections, one caught waiting for the lock of the other."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from stack.cluster import Cluster
from tests.world.world import World, plain

Command = tuple[str, dict[str, Any]]


@contextmanager
def committed(database: Cluster) -> Iterator[World]:
    """A world that other connections see. Without arbiters; its people are its own."""
    with database.connect() as connection:
        yield World(connection, arbiters=0)


def race(database: Cluster, first: Command, second: Command) -> tuple[Any, Any]:
    """What each was answered: the answer, or the code of the refusal.

    The second starts while the first holds its locks, and goes on when the first commits.
    """
    with (
        psycopg.connect(database.url("postgres")) as one,
        psycopg.connect(database.url("postgres")) as two,
    ):
        answers: list[Any] = [_answer(one, first), None]
        pid = two.info.backend_pid

        def late() -> None:
            answers[1] = _answer(two, second)
            two.commit()

        thread = threading.Thread(target=late)
        thread.start()
        _until_it_waits(database, pid, thread)
        one.commit()
        thread.join(20)
    assert not thread.is_alive()
    return answers[0], answers[1]


def _answer(connection: psycopg.Connection[Any], command: Command) -> Any:
    function, fields = command
    keyed = {"idempotency_key": f"{function}-{id(fields)}", "request_hash": "hash"} | fields
    query = sql.SQL("select service.{}(%s)").format(sql.Identifier(function))
    try:
        connection.execute("set local role service_role")
        row = connection.execute(query, [Jsonb(plain(keyed))]).fetchone()
        connection.execute("set constraints all immediate")
    except psycopg.Error as error:
        connection.rollback()
        return error.diag.message_primary
    assert row
    return row[0]


def _until_it_waits(database: Cluster, pid: int, thread: threading.Thread) -> None:
    deadline = time.monotonic() + 60
    with database.connect() as watcher:
        while time.monotonic() < deadline and thread.is_alive():
            row = watcher.execute(
                "select wait_event_type = 'Lock' from pg_stat_activity where pid = %s", [pid]
            ).fetchone()
            if row == (True,):
                return
            time.sleep(0.005)
    raise AssertionError("the second command did not wait for the first")
