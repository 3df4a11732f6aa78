"""Endpoints, and the steps of a message, as the functions of the product take them."""

from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb

from functions.webhooks.attempt_rules import SCHEDULE
from tests.world.world import World

URL = "https://hooks.example.com/in"
Queued = dict[str, Any]


def new_endpoint(world: World, party: UUID, *types: str, **fields: Any) -> UUID:
    """An endpoint of a party, for some events or all, that is known to answer quickly."""
    answer = make_endpoint(world, party, *types, **fields)
    world.run(
        "update public.webhook_endpoints set quick_answers = 5 where id = %s", answer["endpoint_id"]
    )
    return UUID(answer["endpoint_id"])


def make_endpoint(world: World, party: UUID, *types: str, **fields: Any) -> Any:
    """The answer to making one."""
    wanted = {"event_types": list(types)} if types else {}
    command = {"actor_id": party, "aal": "aal2", "party_id": party, "url": URL} | wanted | fields
    return world.command("webhook_endpoint_create", **command)


def serve(world: World, query: LiteralString, *values: Any) -> Any:
    """The one value of a query as service_role."""
    with world.acting("service_role"):
        return world.one(query, *values)


def relay(world: World) -> dict[str, int]:
    """Relay everything that waits; sums over the rounds."""
    total = {"events": 0, "messages": 0, "notifications": 0}
    while done := serve(world, "select service.outbox_relay()"):
        total = {name: total[name] + done[name] for name in total}
        if not done["events"]:
            break
    return total


def enqueue(world: World) -> list[Queued]:
    """Messages whose time has come, as they go into the queue."""
    queued: list[Queued] = serve(world, "select service.webhook_enqueue(%s)", list(SCHEDULE))
    return queued


def ping(world: World, user: UUID, endpoint: UUID) -> Queued:
    """A test message, in the queue."""
    world.command("webhook_ping", endpoint_id=endpoint, actor_id=user)
    (queued,) = enqueue(world)
    return queued


def claim(world: World, message: Queued) -> Any:
    """What a sender gets for a message of the queue."""
    return serve(
        world, "select service.webhook_claim(%s, %s)", message["delivery_id"], message["attempt"]
    )


def record(world: World, message: Queued, outcome: str, **result: Any) -> bool:
    """Claim a message and write down an attempt."""
    assert claim(world, message) is not None
    return tell(world, message, outcome, **result)


def tell(world: World, message: Queued, outcome: str, **result: Any) -> bool:
    """Write down an attempt at a claimed message."""
    told = {"next_in_ms": 5000 if outcome == "retry" else None, "duration_ms": 7} | result
    done: bool = serve(
        world,
        "select service.webhook_record(%s, %s, %s, x.next_in_ms, x.pause_in_ms, x.status_code, "
        "x.duration_ms, coalesce(x.error, ''), coalesce(x.answer, '')) "
        "from jsonb_to_record(%s) as x (next_in_ms integer, pause_in_ms integer, "
        "status_code integer, duration_ms integer, error text, answer text)",
        message["delivery_id"], message["attempt"], outcome, Jsonb(told),
    )  # fmt: skip
    return done


def delivery(world: World, message: Queued | UUID | str) -> dict[str, Any]:
    """The row of a message."""
    identifier = message["delivery_id"] if isinstance(message, dict) else message
    row: dict[str, Any] = world.one(
        "select to_jsonb(d) from public.webhook_deliveries as d where id = %s", identifier
    )
    return row


def endpoint_row(world: World, endpoint: UUID) -> dict[str, Any]:
    row: dict[str, Any] = world.one(
        "select to_jsonb(e) from public.webhook_endpoints as e where id = %s", endpoint
    )
    return row
