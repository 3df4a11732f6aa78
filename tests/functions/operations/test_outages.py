"""An outage of Holdfast itself, declared by an operator, costs nobody their time."""

from typing import Any

import pytest

from functions.escrow.setback_routes import SetbackDecided
from stack.people import ALICE, OLGA
from stack.stack import Stack
from tests.world.http.desk import ATTESTED, Desk, open_trade

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


def test_the_sweep_notices_that_it_was_away(desk: Desk, advanced: Stack) -> None:
    """After 26 hours without a tick nobody's trade ends at once."""
    # Past what was declared before the clock was set back.
    advanced.clock.advance(hours=2)
    advanced.tick(SWEEP)
    unpaid, paid = open_trade(desk), open_trade(desk)
    paid.done(paid.buyer, "mark-paid")
    began = advanced.clock.now()
    advanced.clock.sleep(hours=26)
    # Other timers leave everything to the sweep.
    advanced.tick("MarketExpireFunction")
    advanced.tick("PayoutExpireFunction")
    swept = advanced.tick(SWEEP)
    assert swept["failed"] == 0
    assert swept["credited"] >= 2
    found = desk.read(
        unpaid.buyer,
        f"/outages?to_at=gt.{began:%Y-%m-%dT%H:%M:%SZ}&reason=like.The timers*&select=id",
    )
    assert found
    unpaid.done(unpaid.buyer, "mark-paid")
    paid.done(paid.seller, "release", ATTESTED)
    # From here on its own clocks run as ever.
    late = open_trade(desk)
    advanced.clock.advance(minutes=41)
    advanced.tick(SWEEP)
    assert late.post(late.buyer, "mark-paid").code == "escrow_closed"


def test_an_operator_decides_about_work_that_fails(desk: Desk, advanced: Stack) -> None:
    with advanced.connect() as connection:
        connection.execute("select private.put_off('case', 'one', 'odd', private.clock())")
    named = {"queue": "case", "subject": "one"}
    aside = {**named, "event": "set_aside", "reason": "by hand"}
    assert desk.post(ALICE.id, "/setbacks", aside).code == "operator_only"
    assert desk.post(OLGA.id, "/setbacks", aside, aal="aal1").code == "step_up_required"
    assert desk.post(OLGA.id, "/setbacks", aside | {"subject": "two"}).code == "setback_not_found"
    decided = SetbackDecided.model_validate(desk.done(OLGA.id, "/setbacks", aside))
    assert decided.set_aside
    assert desk.read(ALICE.id, "/setbacks?select=queue") == []
    columns = "queue,subject,reason,last_error"
    assert desk.read(OLGA.id, f"/setbacks?subject=eq.one&select={columns}") == [
        {**named, "reason": "by hand", "last_error": "odd"}
    ]
    again = desk.done(OLGA.id, "/setbacks", {**named, "event": "take_up"})
    assert again["set_aside"] is False


@pytest.mark.parametrize(
    "change",
    [{"from_at": "2026-01-01"}, {"from_at": 1}, {"to_at": "noon"}, {"reason": ""}, {"to_at": None}],
)
def test_bad_bodies(desk: Desk, change: dict[str, Any]) -> None:
    body = {"from_at": "2026-01-01T00:00:00Z", "to_at": "2026-01-01T01:00:00Z", "reason": "x"}
    reply = desk.post(OLGA.id, "/outages", body | change)
    assert (reply.status, reply.code) == (422, "invalid_request")
