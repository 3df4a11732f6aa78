"""Limits of operators, and what waits for a second one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.world.world import World


@contextmanager
def limit(world: World, kind: str, currency: str | None, above: str) -> Iterator[None]:
    """Inside the block one operator alone does no more than that; afterwards as before."""
    which = (kind, currency)
    before = world.one(
        "select above::numeric from public.operator_limits where kind = %s"
        " and currency is not distinct from %s",
        *which,
    )
    change = (
        "update public.operator_limits set above = %s where kind = %s"
        " and currency is not distinct from %s"
    )
    world.run(change, above, *which)
    yield
    world.run(change, before, *which)


def confirm(world: World, asked: dict[str, Any], **changes: Any) -> Any:
    """The second operator confirms what the first one's answer says."""
    command = {"request_id": asked["request_id"], "command_hash": asked["command_hash"],
               "actor_id": world.second_operator, "aal": "aal2"} | changes  # fmt: skip
    return world.command("operator_request_confirm", **command)


def close(world: World, asked: dict[str, Any], **changes: Any) -> Any:
    """The second operator rejects it."""
    command = {"request_id": asked["request_id"], "reason": "not on the statement",
               "actor_id": world.second_operator, "aal": "aal2"} | changes  # fmt: skip
    return world.command("operator_request_close", **command)
