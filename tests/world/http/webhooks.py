"""Webhooks from their owner's side: an endpoint, what was sent to it, and the work that sends."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from stack.stack import Stack
from stack.stand_ins.loopback import Received
from stack.stand_ins.webhook_receiver import Endpoint
from tests.world.http.desk import Desk

RELAY, DELIVER = "RelayFunction", "DeliverFunction"


def carry_once(stack: Stack) -> None:
    """Relay what is due now and deliver it; what fails is left for its next time."""
    stack.tick(RELAY)
    stack.drain(DELIVER)


def carry(stack: Stack) -> None:
    """Relay and deliver until nothing waits."""
    stack.tick(RELAY)
    while stack.drain(DELIVER):
        stack.tick(RELAY)


def advance_past(stack: Stack, moment: datetime) -> None:
    """Move the clock one second behind a moment; nowhere when the moment is over already."""
    ahead = (moment - stack.clock.now()).total_seconds() + 1
    stack.clock.advance(seconds=max(ahead, 0))


def due(row: dict[str, Any]) -> datetime:
    """When a live delivery is tried next."""
    return datetime.fromisoformat(row["next_attempt_at"])


@dataclass(frozen=True)
class Owner:
    """Somebody whose events go to a receiver."""

    desk: Desk
    id: UUID
    endpoint_id: str
    secret: str

    def command(self, word: str, body: Any = None) -> Any:
        """The answer to a command about the endpoint, which must succeed."""
        return self.desk.done(self.id, f"/webhook-endpoints/{self.endpoint_id}/{word}", body)

    def ping(self) -> str:
        """Send a test message; the id of the delivery."""
        return str(self.command("ping")["delivery_id"])

    def endpoint(self) -> dict[str, Any]:
        """The endpoint as its owner reads it."""
        (row,) = self.desk.read(self.id, f"/webhook_endpoints?id=eq.{self.endpoint_id}")
        return dict(row)

    def deliveries(self, query: str = "") -> list[dict[str, Any]]:
        """What is sent to the endpoint, in the order it was put in line."""
        path = f"/webhook_deliveries?endpoint_id=eq.{self.endpoint_id}&order=id{query}"
        rows: list[dict[str, Any]] = self.desk.read(self.id, path)
        return rows

    def delivery(self, delivery_id: str) -> dict[str, Any]:
        (row,) = self.deliveries(f"&id=eq.{delivery_id}")
        return row

    def attempts(self, delivery_id: str) -> list[dict[str, Any]]:
        """Attempts at a message, in their order."""
        path = f"/webhook_attempts?delivery_id=eq.{delivery_id}&order=number"
        rows: list[dict[str, Any]] = self.desk.read(self.id, path)
        return rows


def subscribe(
    desk: Desk, receiver: Endpoint | str, who: UUID | None = None, **fields: Any
) -> Owner:
    """Have a party's events sent to a receiver that is known to answer quickly; a new person's,
    unless one is named."""
    who = who or desk.stack.create_user()
    url = receiver if isinstance(receiver, str) else receiver.url
    made = desk.done(who, "/webhook-endpoints", {"url": url, **fields})
    with desk.stack.connect() as owner:
        owner.execute(
            "update public.webhook_endpoints set quick_answers = 5 where id = %s",
            [made["endpoint_id"]],
        )
    return Owner(desk, who, made["endpoint_id"], made["secret"])


def ids(messages: list[Received]) -> list[str]:
    """The webhook-id of each message."""
    return [message.headers["webhook-id"] for message in messages]
