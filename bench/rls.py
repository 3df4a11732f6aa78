"""The same queries with and without row level security, as a signed-in person."""

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.http_connection import HttpConnection, HttpFailed
from bench.load import Load, LoadFailed
from bench.measures import Measure, median
from bench.progress import log
from bench.queries import QUERIES, Query
from bench.server import measure
from stack.cluster import SUPERUSER, Cluster
from stack.stack import Stack


@dataclass(frozen=True)
class Found:
    """What one client measured of one query, in SQL and over PostgREST."""

    sql: Measure
    http: Measure


@dataclass(frozen=True)
class Compared:
    """One query with row level security and without."""

    name: str
    secured: Found
    open: Found


def _protect(cluster: Cluster, *, on: bool) -> None:
    with cluster.connect(SUPERUSER) as connection:
        tables = connection.execute(
            "select oid::regclass::text from pg_class"
            " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
        ).fetchall()
        for (table,) in tables:
            word = "enable" if on else "disable"
            connection.execute(f"alter table {table} {word} row level security".encode())


def _ids(cluster: Cluster) -> dict[str, str]:
    rows = cluster.execute(
        "select t.seller_id::text, t.id::text, w.id::text from bench.makers as m"
        " join public.p2p_trades as t on t.seller_id = m.user_id"
        " join public.wallets as w on w.party_id = m.user_id and w.currency = 'BTC'"
        " where m.n = 1 order by t.created_at desc limit 1"
    )
    if not rows:
        raise LoadFailed("nobody traded yet")
    return dict(zip(("me", "trade", "wallet"), rows[0], strict=True))


def _settings(user_id: str) -> dict[str, str]:
    claims = {"sub": user_id, "role": "authenticated", "aal": "aal1"}
    return {
        "role": "authenticated",
        "request.jwt.claims": json.dumps(claims, separators=(",", ":")),
    }


class _Person:
    """Asks queries as one signed-in person."""

    def __init__(self, stack: Stack, user_id: str, times: int) -> None:
        self._stack = stack
        self._settings = _settings(user_id)
        self._headers = {"Authorization": f"Bearer {stack.token(user_id)}"}
        self._times = times

    def rows(self, query: Query) -> list[Any]:
        with self._stack.connect("authenticator") as connection:
            for name, value in self._settings.items():
                connection.execute("select set_config(%s, %s, false)", [name, value])
            return connection.execute(query.sql.encode()).fetchall()

    def ask(self, query: Query) -> Found:
        return Found(self._ask_sql(query), self._ask_http(query))

    def _ask_sql(self, query: Query) -> Measure:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "query.sql"
            script.write_text(f"{query.sql};\n")
            load = Load(script, 1, each=self._times, settings=self._settings)
            return measure(self._stack.cluster, load, role="authenticator")

    def _ask_http(self, query: Query) -> Measure:
        connection, latencies = HttpConnection("127.0.0.1", self._stack.postgrest.port), []
        try:
            for _ in range(max(10, self._times // 10)):
                started = time.perf_counter()
                connection.get(query.path, self._headers)
                latencies.append((time.perf_counter() - started) * 1000)
        except HttpFailed as error:
            raise LoadFailed(str(error)) from error
        finally:
            connection.close()
        return Measure.of(len(latencies), 1000 * len(latencies) / sum(latencies), latencies)


def compare(stack: Stack, times: int, repeats: int) -> list[Compared]:
    """Every query in both forms, in turn. Raises LoadFailed when their rows differ."""
    ids = _ids(stack.cluster)
    queries = [query.filled(ids) for query in QUERIES]
    person = _Person(stack, ids["me"], times)
    answers: dict[str, list[Any]] = {}
    found: dict[tuple[str, bool], list[Found]] = {}
    for number in range(1, repeats + 1):
        log(f"row level security off and on: {number} of {repeats}")
        for on in (False, True):
            _protect(stack.cluster, on=on)
            for query in queries:
                rows = person.rows(query)
                if not rows or answers.setdefault(query.name, rows) != rows:
                    raise LoadFailed(f"{query.name}: {len(rows)} rows, not those it gave before")
                found.setdefault((query.name, on), []).append(person.ask(query))
    return [
        Compared(query.name, _middle(found[query.name, True]), _middle(found[query.name, False]))
        for query in queries
    ]


def _middle(each: list[Found]) -> Found:
    return Found(median([one.sql for one in each]), median([one.http for one in each]))
