"""Halts: one operator halts, two lift."""

from typing import Any

from tests.world.operators import confirm
from tests.world.world import World


def halt(world: World, kind: str, name: str, **fields: Any) -> Any:
    """An operator halts something."""
    command = {"kind": kind, "name": name, "reason": "it lies", "actor_id": world.operator,
               "aal": "aal2"} | fields  # fmt: skip
    return world.command("halt", **command)


def ask_to_lift(world: World, halted: dict[str, Any], **fields: Any) -> Any:
    """An operator asks to end a halt."""
    command = {"halt_id": halted["halt_id"], "reason": "mended", "actor_id": world.operator,
               "aal": "aal2"} | fields  # fmt: skip
    return world.command("halt_lift", **command)


def lift(world: World, halted: dict[str, Any]) -> Any:
    """Two operators end a halt; the answer."""
    return confirm(world, ask_to_lift(world, halted))["answer"]
