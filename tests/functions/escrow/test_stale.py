"""Somebody was quicker: decide anew, unless the caller meant one version."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from functions.escrow.commands import app
from shared.api import lambda_handler
from shared.db import PostgrestDatabase, database
from tests.world.http.desk import ATTESTED, Trade
from tests.world.http.event import Answer, call, event


class Raced(PostgrestDatabase):
    """Lets somebody else move just before each of the first commits."""

    def __init__(self, trade: Trade, race: Callable[[], Any], times: int) -> None:
        stack = trade.desk.stack
        super().__init__(stack.postgrest.url, stack.anon_key, lambda **_: stack.service_key)
        self.races = times
        self._race = race

    def service_rpc(self, name: str, params: Mapping[str, Any], *, repeatable: bool = False) -> Any:
        if self.races:
            self.races -= 1
            self._race()
        return super().service_rpc(name, params, repeatable=repeatable)


def send(trade: Trade, db: Raced, word: str, body: str = "{}") -> Answer:
    headers = {
        "authorization": f"Bearer {trade.desk.stack.token(trade.buyer)}",
        "idempotency_key": "raced",
        "content_type": "application/json",
    }
    app.dependency_overrides[database] = lambda: db
    try:
        path = f"/escrows/{trade.id}/{word}"
        return call(lambda_handler(app), event("POST", path, body, **headers))
    finally:
        app.dependency_overrides.clear()
        db.close()


def offers(trade: Trade) -> Callable[[], Any]:
    return lambda: trade.done(trade.seller, "offer-split", {"payee_amount": "0.01"})


@pytest.mark.parametrize("times", [1, 2])
def test_it_is_decided_anew(trade: Trade, times: int) -> None:
    answer = send(trade, Raced(trade, offers(trade), times), "mark-paid")
    assert (answer.status, answer.body["version"]) == (200, times + 2)


def test_at_most_three_times(trade: Trade) -> None:
    raced = Raced(trade, offers(trade), 9)
    answer = send(trade, raced, "mark-paid")
    assert (answer.status, answer.body["code"]) == (409, "stale_version")
    assert raced.races == 6


def test_the_new_decision_looks_at_the_new_state(trade: Trade) -> None:
    cancelled = Raced(trade, lambda: trade.done(trade.seller, "cancel"), 1)
    answer = send(trade, cancelled, "cancel")
    assert (answer.body["event"], answer.body["state"]) == ("accept_split", "refunded")


def test_a_move_that_is_gone_is_refused(trade: Trade) -> None:
    released = Raced(
        trade, lambda: trade.done(trade.seller, "release", {"confirm": True} | ATTESTED), 1
    )
    answer = send(trade, released, "mark-paid")
    assert (answer.status, answer.body["code"]) == (409, "escrow_closed")


def test_who_named_a_version_decides_themselves(trade: Trade) -> None:
    raced = Raced(trade, offers(trade), 1)
    answer = send(trade, raced, "mark-paid", '{"expected_version": 1}')
    assert (answer.status, answer.body["code"]) == (409, "stale_version")
    reply = trade.post(trade.buyer, "mark-paid", {"expected_version": 1})
    assert (reply.status, reply.code) == (409, "stale_version")
    assert trade.done(trade.buyer, "mark-paid", {"expected_version": 2})["version"] == 3
