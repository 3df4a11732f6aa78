"""Python and SQL mean the same by a snapshot and by a decision."""

import json
from dataclasses import fields
from typing import Any

from functions.escrow.decision import Decision
from functions.escrow.snapshot import parse_snapshot
from stack.people import ALICE, ARTHUR, OLGA
from stack.stack import Stack
from tests.world.http.desk import Desk, Trade


def read(trade: Trade, who: Any) -> dict[str, Any]:
    claims = {"sub": str(who), "role": "authenticated", "aal": "aal1"}
    with trade.desk.stack.connect() as connection, connection.transaction():
        connection.execute(
            "select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)]
        )
        connection.execute("set local role authenticated")
        found = connection.execute("select public.escrow_snapshot(%s)", [trade.id]).fetchone()
    assert found is not None
    snapshot: dict[str, Any] = found[0]
    return snapshot


def test_a_decision_is_a_private_escrow_decision(stack: Stack) -> None:
    with stack.connect() as connection:
        attributes = connection.execute(
            "select attname from pg_attribute where attrelid = 'private.escrow_decision'::regclass"
            " and attnum > 0 order by attnum"
        ).fetchall()
    assert [name for (name,) in attributes] == [each.name for each in fields(Decision)]


def test_a_snapshot_is_read_as_it_is_written(trade: Trade) -> None:
    trade.done(trade.seller, "offer-split", {"payee_amount": "0.01"})
    data = read(trade, trade.buyer)
    snapshot = parse_snapshot(data)
    assert snapshot.actor.roles == {"payee"}
    assert str(snapshot.escrow.amount) == data["escrow"]["amount"] == "0.1"
    assert snapshot.escrow.expires_at is not None
    assert snapshot.escrow.deadline_at is not None
    grace = snapshot.escrow.expires_at - snapshot.escrow.deadline_at
    assert grace == snapshot.policy.perform_grace
    assert [str(offer.payee_amount) for offer in snapshot.offers] == ["0.01"]
    assert snapshot.dispute is None


def test_a_snapshot_of_a_dispute(trade: Trade) -> None:
    trade.dispute()
    snapshot = parse_snapshot(read(trade, trade.arbiter()))
    assert snapshot.actor.roles == {"arbiter"}
    assert snapshot.dispute is not None
    assert snapshot.dispute.statements_by == {"payer", "payee"}
    assert snapshot.dispute.arbiter_id == str(trade.arbiter())


def test_whoami(desk: Desk) -> None:
    def whoami(who: Any, aal: str) -> Any:
        return desk.call(who, "whoami", aal=aal)

    alice: dict[str, Any] = {"id": str(ALICE.id), "aal": "aal1", "session_id": None, "roles": []}
    assert whoami(ALICE.id, "aal1") == alice
    assert whoami(ARTHUR.id, "aal2")["roles"] == ["arbiter"]
    olga = alice | {"id": str(OLGA.id), "aal": "aal2", "roles": ["operator"]}
    assert whoami(OLGA.id, "aal2") == olga


def test_amounts_are_strings_over_postgrest_too(trade: Trade) -> None:
    (order,) = trade.desk.read(trade.seller, f"/p2p_orders?id=eq.{trade.order_id}")
    assert (order["amount"], order["remaining"], order["price"]) == ("1", "0.9", "50000")
    (wallet,) = trade.desk.read(trade.seller, "/wallet_balances")
    assert (wallet["available"], wallet["locked"]) == ("1", "1")
