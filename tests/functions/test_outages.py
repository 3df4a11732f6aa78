"""An outage of Holdfast itself, declared by an operator, costs nobody their time."""

from typing import Any

import pytest

from tests.functions.desk import Desk, open_trade
from tests.stack.people import ALICE, OLGA
from tests.stack.stack import Stack

SWEEP = "EscrowExpireFunction"


def test_the_time_is_given_back_before_the_timer_acts(desk: Desk, advanced: Stack) -> None:
    trade = open_trade(desk)
    begin = advanced.clock.now()
    advanced.clock.advance(minutes=50)
    body = {
        "from_at": begin.isoformat(),
        "to_at": advanced.clock.now().isoformat(),
        "reason": "The power was out.",
    }
    assert desk.post(ALICE.id, "/outages", body).code == "operator_only"
    assert desk.post(OLGA.id, "/outages", body, aal="aal1").code == "step_up_required"
    declared = desk.done(OLGA.id, "/outages", body, key="the-outage")
    again = desk.post(OLGA.id, "/outages", body, key="the-outage")
    assert (again.replayed, again.body) == (True, declared)
    assert desk.post(OLGA.id, "/outages", body).code == "outage_overlaps"
    swept = advanced.tick(SWEEP)
    assert swept["credited"] >= 1
    assert swept["failed"] == 0
    trade.done(trade.buyer, "mark-paid")
    (row,) = desk.read(trade.buyer, f"/outages?id=eq.{declared['outage_id']}&select=reason")
    assert row == {"reason": body["reason"]}


@pytest.mark.parametrize(
    "change",
    [{"from_at": "2026-01-01"}, {"from_at": 1}, {"to_at": "noon"}, {"reason": ""}, {"to_at": None}],
)
def test_bad_bodies(desk: Desk, change: dict[str, Any]) -> None:
    body = {"from_at": "2026-01-01T00:00:00Z", "to_at": "2026-01-01T01:00:00Z", "reason": "x"}
    reply = desk.post(OLGA.id, "/outages", body | change)
    assert (reply.status, reply.code) == (422, "invalid_request")
