"""Many writes of one person at once: a quota counts each of them."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest

from stack.cluster import Cluster
from tests.world.races.market import Market

AT_ONCE = 12
ROOM = 5


def _rush(database: Cluster, people: list[UUID]) -> list[str]:
    """Each of them makes a guild on a connection of its own, all at the same moment."""
    line = threading.Barrier(len(people))

    def write(person: UUID) -> str:
        with database.connect("authenticator") as connection:
            claims = json.dumps({"role": "authenticated", "sub": str(person), "aal": "aal1"})
            connection.execute("select set_config('request.jwt.claims', %s, false)", [claims])
            connection.execute("set role authenticated")
            line.wait(timeout=30)
            try:
                connection.execute("insert into public.guilds (name) values ('Traders')")
            except psycopg.Error as error:
                return str(json.loads(error.diag.message_primary or "")["message"])
            return "done"

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(write, people))


@pytest.mark.parametrize(
    "limit",
    ["max_in_window = 5, in_window = '1 day', max_open = null",
     "max_open = 5, max_in_window = null, in_window = null"],
)  # fmt: skip
def test_no_more_than_the_quota_get_through(database: Cluster, market: Market, limit: str) -> None:
    market.owner.execute(
        f"update private.quotas set {limit} where kind = 'guild' and min_tier = 0".encode()
    )
    person, other = market.people(2, limited=True)
    said = _rush(database, [person] * AT_ONCE + [other] * ROOM)
    assert sorted(said[:AT_ONCE]) == ["done"] * ROOM + ["quota_exceeded"] * (AT_ONCE - ROOM)
    assert said[AT_ONCE:] == ["done"] * ROOM
    assert market.one("select count(*) from public.guilds where created_by = %s", person) == ROOM
