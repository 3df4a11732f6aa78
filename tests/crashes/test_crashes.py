"""Postgres and PostgREST die under load."""

import time
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import httpx
import pytest

from stack.stack import Stack
from tests.crashes.client import ANSWERS, Client, Send, busy, by_database, by_http
from tests.world.races.direct_db import Door
from tests.world.races.market import Market
from tests.world.races.proofs import prove, prove_told

CLIENTS = 4


def traders(stack: Stack, senders: list[Send]) -> list[Client]:
    """Everybody buys from the next one, so that their wallets and orders meet."""
    market = Market(stack.cluster)
    people = market.people(len(senders), deposit="8")
    orders = [market.order(each, "4") for each in people]
    market.close()
    return [
        Client(send, people[number], people[number - 1], orders[number])
        for number, send in enumerate(senders)
    ]


def crash_postgres(stack: Stack) -> None:
    stack.cluster.kill()
    time.sleep(0.2)
    stack.cluster.restart()


def crash_postgrest(stack: Stack) -> None:
    stack.postgrest.kill()
    time.sleep(0.2)
    stack.postgrest.start()


def prove_all(stack: Stack, clients: list[Client], before: int) -> None:
    answers = [each for client in clients for each in client.answers]
    assert before >= ANSWERS
    assert len(answers) >= before + ANSWERS
    # A crash that nobody noticed proves nothing.
    assert sum(each.lost for each in clients) > 0
    for client in clients:
        for line, said in client.answers:
            again = client.send(line)
            assert (again.body, again.replayed) == (said.body, True), line.path
    market = Market(stack.cluster)
    trades = [UUID(said.body["trade_id"]) for _, said in answers if "trade_id" in said.body]
    # An answer that was lost and asked for again came as a replay, but was told once.
    prove_told(market, trades, [replace(said, replayed=False) for _, said in answers])
    prove(market)
    market.close()


def test_postgres_dies_under_commands(durable: Stack) -> None:
    doors = [Door(durable.cluster) for _ in range(2 * CLIENTS)]
    clients = traders(durable, [by_database(each) for each in doors])
    before = busy(clients, lambda: crash_postgres(durable))
    prove_all(durable, clients, before)
    for each in doors:
        each.close()


@pytest.mark.parametrize("crash", [crash_postgrest, crash_postgres])
def test_it_dies_under_requests(durable: Stack, crash: Callable[[Stack], None]) -> None:
    with httpx.Client(base_url=durable.url, timeout=60) as http:
        clients = traders(durable, [by_http(durable, http)] * CLIENTS)
        before = busy(clients, lambda: crash(durable))
        prove_all(durable, clients, before)
