"""The scheduled functions: the sweep, the roll-up, the proof of the books, housekeeping."""

import psycopg
import pytest

from stack.people import OLGA
from stack.stack import Stack
from tests.world.http.desk import ATTESTED, Desk, open_trade

SWEEP = "EscrowExpireFunction"


def states(stack: Stack, *ids: str) -> list[str]:
    with stack.connect() as connection:
        rows = connection.execute(
            "select id::text, state::text from private.escrow_transactions where id = any (%s)",
            [list(ids)],
        ).fetchall()
    found: dict[str, str] = dict(rows)
    return [found[each] for each in ids]


def test_silence_is_answered_by_the_policy(desk: Desk, advanced: Stack) -> None:
    unpaid, paid = open_trade(desk), open_trade(desk)
    paid.done(paid.buyer, "mark-paid")
    advanced.clock.advance(minutes=39)
    advanced.tick(SWEEP)
    assert states(advanced, unpaid.id, paid.id) == ["funded", "performed"]
    advanced.clock.advance(minutes=2)
    swept = advanced.tick(SWEEP)
    assert swept["moved"] >= 1
    assert (swept["lost"], swept["failed"]) == (0, 0)
    assert swept["overdue_seconds"] > 60
    assert states(advanced, unpaid.id, paid.id) == ["refunded", "performed"]
    advanced.clock.advance(hours=24)
    advanced.tick(SWEEP)
    assert states(advanced, paid.id) == ["disputed"]


def test_a_dispute_nobody_tends_ends_by_the_policy(desk: Desk, advanced: Stack) -> None:
    trade = open_trade(desk)
    trade.done(trade.buyer, "mark-paid")
    trade.done(trade.seller, "dispute", {"reason": "not_paid"})
    trade.done(trade.buyer, "statement", {"body": "I paid."})
    for _ in range(6):
        advanced.clock.advance(hours=49)
        advanced.tick(SWEEP)
    # Only the payee spoke: all is theirs.
    assert states(advanced, trade.id) == ["released"]


def test_orders_and_cases_run_out(desk: Desk, advanced: Stack) -> None:
    trade = open_trade(desk)
    trade.done(trade.buyer, "concede")
    trade.done(trade.seller, "claim", {"reason": "late"})
    advanced.clock.advance(days=31)
    swept = advanced.tick(SWEEP)
    assert swept["orders"] >= 1
    assert swept["cases"] >= 1
    (order,) = desk.read(trade.seller, f"/p2p_orders?id=eq.{trade.order_id}")
    assert (order["status"], order["remaining"]) == ("expired", "0")


def test_a_frozen_trade_has_no_timer(desk: Desk, advanced: Stack) -> None:
    trade = open_trade(desk)
    trade.done(OLGA.id, "freeze", {"reason": "chargeback"})
    advanced.clock.advance(hours=2)
    advanced.tick(SWEEP)
    assert states(advanced, trade.id) == ["funded"]
    trade.done(OLGA.id, "unfreeze")
    assert trade.done(trade.buyer, "mark-paid")["state"] == "performed"


def test_roll_up_verify_and_keep_house(desk: Desk, stack: Stack) -> None:
    trade = open_trade(desk)
    trade.done(trade.seller, "release", {"confirm": True} | ATTESTED)
    assert stack.tick("LedgerRollupFunction")["wallets"] >= 2
    assert stack.tick("LedgerRollupFunction") == {"wallets": 0}
    assert stack.tick("LedgerVerifyFunction") == {
        "problems": 0, "discrepancies": 0, "refused_reports": 0, "rail_differences": 0,
        "rails_not_compared": 0,
    }  # fmt: skip
    assert stack.tick("HousekeepingFunction")["keys"] == 0


def test_verify_finds_what_is_wrong(desk: Desk, stack: Stack) -> None:
    trade = open_trade(desk)
    tamper = "update public.wallets set available = available + %s where party_id = %s"
    with psycopg.connect(stack.admin_url, autocommit=True) as superuser:
        superuser.execute("set session_replication_role = replica")
        superuser.execute(tamper, [1, trade.seller])
        try:
            assert stack.tick("LedgerVerifyFunction")["problems"] >= 1
            assert "wallet_differs_from_entries" in stack.lambdas.log.read_text()
        finally:
            superuser.execute(tamper, [-1, trade.seller])
    assert stack.tick("LedgerVerifyFunction") == {
        "problems": 0, "discrepancies": 0, "refused_reports": 0, "rail_differences": 0,
        "rails_not_compared": 0,
    }  # fmt: skip


@pytest.mark.parametrize("name", [SWEEP, "LedgerRollupFunction", "LedgerVerifyFunction"])
def test_a_schedule_sends_no_payload_of_its_own(stack: Stack, name: str) -> None:
    assert isinstance(stack.invoke(name, {}), dict)


def test_the_watch_finds_nothing_in_honest_trade(desk: Desk, stack: Stack) -> None:
    trade = open_trade(desk)
    trade.done(trade.seller, "release", {"confirm": True} | ATTESTED)
    stack.tick("SecurityWatchFunction")
    with stack.connect() as connection:
        found = connection.execute(
            "select kind from public.security_events where party_id in (%s, %s)",
            [trade.seller, trade.buyer],
        ).fetchall()
    assert found == []
