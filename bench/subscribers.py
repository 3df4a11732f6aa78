"""People who are told of events, and the addresses at which they are."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from psycopg.types.json import Jsonb

from bench.load import SCRIPTS
from stack.stack import Stack


def people(stack: Stack, count: int) -> list[UUID]:
    """New people; nobody has an endpoint."""
    with stack.connect() as connection:
        rows = connection.execute(
            "insert into auth.users (id, email, email_confirmed_at)"
            " select gen_random_uuid(), 'told' || n || '@bench.test', now()"
            " from generate_series(1, %s) as n returning id",
            [count],
        ).fetchall()
    return [row[0] for row in rows]


def subscribe(stack: Stack, who: Sequence[UUID], urls: Sequence[str]) -> None:
    """Give each person an endpoint that wants the events of escrows."""
    with stack.connect() as connection, connection.transaction():
        for person, url in zip(who, urls, strict=True):
            command = {
                "actor_id": str(person), "aal": "aal2", "url": url, "event_types": ["escrow.*"],
                "idempotency_key": str(uuid4()), "request_hash": "h",
            }  # fmt: skip
            connection.execute("select service.webhook_endpoint_create(%s)", [Jsonb(command)])


def tell(stack: Stack, who: Sequence[UUID], events: int, concerned: int = 2) -> None:
    """Put events into the outbox, each of so many people."""
    with stack.connect() as connection:
        connection.execute(
            (SCRIPTS / "events.sql").read_bytes(),
            {"people": list(who), "events": events, "concerned": concerned},
        )
