"""The database dies between the claim of a webhook and the record of what came of it."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from stack.stack import Stack
from stack.stand_ins.behaviour import ok
from stack.stand_ins.loopback import Received, Wire
from stack.stand_ins.webhook_receiver import WebhookReceiver, signed_by
from tests.world.http.desk import Desk
from tests.world.http.webhooks import DELIVER, RELAY, advance_past, carry, due, ids, subscribe

Act = Callable[[Stack], None]
LEASE = 91


def _restart_postgres(stack: Stack) -> None:
    stack.cluster.restart()
    stack.postgrest.wait_ready()


CRASHES = [
    pytest.param(lambda stack: stack.cluster.kill(), _restart_postgres, id="postgres"),
    pytest.param(
        lambda stack: stack.postgrest.kill(), lambda stack: stack.postgrest.start(), id="postgrest"
    ),
]


@pytest.fixture
def desk(durable: Stack) -> Iterator[Desk]:
    with httpx.Client(base_url=durable.url, timeout=60) as http:
        yield Desk(durable, http)
    durable.clock.reset()


@pytest.mark.parametrize(("crash", "mend"), CRASHES)
def test_what_was_sent_and_not_recorded_is_sent_again(desk: Desk, crash: Act, mend: Act) -> None:
    """The receiver has the first, the database is gone before it could be told; nothing is lost,
    and what comes twice has the same id."""
    stack = desk.stack

    def dying(wire: Wire, request: Received) -> None:
        crash(stack)
        ok()(wire, request)

    with WebhookReceiver() as receivers:
        receiver = receivers.endpoint(dying)
        owner = subscribe(desk, receiver)
        pinged = owner.ping()
        stack.tick(RELAY)
        # The queue keeps what could not be recorded.
        assert stack.drain(DELIVER, retry=False).failed == 1
        mend(stack)
        receiver.becomes(ok())
        row = owner.delivery(pinged)
        assert (row["status"], row["attempt_count"]) == ("sending", 1)
        # What the queue still has is an attempt that somebody may be at: it is not sent.
        stack.drain(DELIVER)
        assert len(receivers.of(receiver)) == 1
        stack.clock.advance(seconds=LEASE)
        stack.tick(RELAY)
        advance_past(stack, due(owner.delivery(pinged)))
        carry(stack)
        sent = receivers.of(receiver)
    assert ids(sent) == [row["event_id"]] * 2
    assert all(signed_by(each, owner.secret) for each in sent)
    (delivered,) = owner.deliveries()
    assert (delivered["status"], delivered["attempt_count"]) == ("delivered", 2)
    assert [each["error"] for each in owner.attempts(pinged)] == ["sender_lost", ""]
