"""Receivers of every kind: what is kept of their answers, and that none delays another."""

import threading
from collections.abc import Callable
from typing import Any

from functions.webhooks.attempt_rules import SCHEDULE
from functions.webhooks.send import MAX_ANSWER
from stack.stack import Stack
from stack.stand_ins import behaviour
from stack.stand_ins.loopback import Behaviour, Received, Wire, closed_port
from stack.stand_ins.webhook_receiver import WebhookReceiver
from tests.world.http.desk import ATTESTED, Desk, Trade
from tests.world.http.webhooks import (
    DELIVER,
    RELAY,
    Owner,
    advance_past,
    carry,
    carry_once,
    due,
    ids,
    subscribe,
)

Outcome = tuple[str, int | None, str]
DELIVERED, REFUSED = ("delivered", 200, ""), ("pending", 500, "")

# What it does, and what is written down of it.
MANNERS: dict[str, tuple[Callable[[], Behaviour], Outcome]] = {
    "answers 204": (lambda: behaviour.status(204), ("delivered", 204, "")),
    "answers 500": (lambda: behaviour.status(500), REFUSED),
    "answers after a while": (lambda: behaviour.slow(1), DELIVERED),
    "never answers": (behaviour.hang, ("pending", None, "timeout")),
    "answers byte by byte": (behaviour.trickle, ("pending", None, "timeout")),
    "hangs up": (behaviour.drop, ("pending", None, "bad_answer")),
    "hangs up halfway": (lambda: behaviour.drop(b"HTTP/1.1 2"), ("pending", None, "bad_answer")),
    "talks nonsense": (behaviour.garbage, ("pending", None, "bad_answer")),
    "has a huge body": (lambda: behaviour.huge(30_000_000), DELIVERED),
    "has a huge body and an error": (lambda: behaviour.huge(30_000_000, 500), REFUSED),
    "has a body without end": (behaviour.endless, DELIVERED),
    "has headers without end": (behaviour.endless_headers, DELIVERED),
}  # fmt: skip


def test_what_is_kept_of_an_answer(desk: Desk, receivers: WebhookReceiver) -> None:
    """All at once: who says nothing until time runs out holds up nobody beside it."""
    user = desk.stack.create_user()
    called = {name: receivers.endpoint(make()) for name, (make, _) in MANNERS.items()}
    owners = {name: subscribe(desk, receiver, user) for name, receiver in called.items()}
    with closed_port() as port:
        owners["is not there"] = subscribe(desk, f"http://127.0.0.1:{port}/", user)
        pinged = {name: owner.ping() for name, owner in owners.items()}
        desk.stack.tick(RELAY)
        desk.stack.drain(DELIVER, parallel=2)
    for receiver in called.values():
        receiver.becomes(behaviour.ok())
    expected = {name: outcome for name, (_, outcome) in MANNERS.items()}
    expected["is not there"] = ("pending", None, "connection_refused")
    found: dict[str, Outcome] = {}
    for name, owner in owners.items():
        row = owner.delivery(pinged[name])
        (attempt,) = owner.attempts(pinged[name])
        assert len(attempt["answer"]) <= MAX_ANSWER
        assert attempt["answer"] == "x" * MAX_ANSWER or "body" not in name
        assert (attempt["status_code"], attempt["error"]) == (
            row["last_status_code"], row["last_error"],
        )  # fmt: skip
        found[name] = (row["status"], attempt["status_code"], attempt["error"])
    assert found == expected


def test_a_redirect_is_not_followed(desk: Desk, receivers: WebhookReceiver) -> None:
    elsewhere = receivers.endpoint()
    codes = (301, 302, 303, 307, 308)
    for code in codes:
        to = {"location": elsewhere.url}
        owner = subscribe(desk, receivers.endpoint(behaviour.status(code, b"", to)))
        pinged = owner.ping()
        carry_once(desk.stack)
        row = owner.delivery(pinged)
        assert (row["status"], row["last_status_code"]) == ("pending", code)
    assert receivers.of(elsewhere) == []


def test_incident_08_a_silent_receiver_holds_up_no_trade(
    desk: Desk, trade: Trade, receivers: WebhookReceiver
) -> None:
    """While a sender waits for its answer no transaction is open, and others trade on."""
    carry(desk.stack)
    seen: list[Any] = []
    said = threading.Event()

    def silent(wire: Wire, request: Received) -> None:
        trade.done(trade.buyer, "mark-paid")
        seen.append(trade.done(trade.seller, "release", ATTESTED)["state"])
        with desk.stack.connect() as owner:
            seen.append(
                owner.execute(
                    "select query from pg_stat_activity where state like 'idle in transaction%'"
                ).fetchall()
            )
        said.set()
        behaviour.ok()(wire, request)

    subscribe(desk, receivers.endpoint(silent), event_types=["webhook_endpoint.*"]).ping()
    carry_once(desk.stack)
    assert said.wait(60)
    assert seen == ["released", []]


def _people(desk: Desk, receivers: WebhookReceiver, count: int) -> list[Owner]:
    """Owners who share few parties: a party has at most 20 endpoints."""
    users = [desk.stack.create_user() for _ in range(count // 10 + 1)]
    return [
        subscribe(desk, each, users[number // 10])
        for number, each in enumerate(receivers.endpoints(count))
    ]


def test_one_dead_endpoint_of_fifty_delays_nobody(
    desk: Desk, advanced: Stack, receivers: WebhookReceiver
) -> None:
    """Its backlog came first, and it takes one place at a time; whatever there is for the others is
    tried at once, again and again. What a machine without a moment for it lets time out is tried
    again: that is nobody's delay but its own."""
    alive = _people(desk, receivers, 49)
    grave = receivers.endpoint(behaviour.status(500))
    dead = subscribe(desk, grave)
    backlog = [dead.ping() for _ in range(30)]
    for number in range(1, 4):
        for owner in alive:
            owner.ping()
        carry_once(advanced)
        for owner in alive:
            rows = owner.deliveries()
            assert len(rows) == number
            assert all(row["attempt_count"] for row in rows)
        waiting = [dead.delivery(each) for each in backlog]
        # Ten until it was known to fail, then one each time.
        assert sum(row["attempt_count"] for row in waiting) == 10 + number - 1
        advance_past(advanced, min(due(row) for row in waiting if row["attempt_count"]))
    assert {dead.delivery(each)["status"] for each in backlog} == {"pending"}
    # Nothing of it is lost: it comes back, and so does everything.
    grave.becomes(behaviour.ok())
    advanced.clock.advance(seconds=2 * SCHEDULE[2])
    carry(advanced)
    assert {row["status"] for owner in (*alive, dead) for row in owner.deliveries()} == {
        "delivered"
    }
    assert set(ids(receivers.of(grave))) == {dead.delivery(each)["event_id"] for each in backlog}
