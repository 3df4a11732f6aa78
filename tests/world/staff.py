"""Roles of the staff: two operators give one, and two take it away."""

from typing import Any
from uuid import UUID

from tests.world.operators import confirm
from tests.world.world import World


def ask_role(world: World, event: str, user: UUID, role: str = "operator", **fields: Any) -> Any:
    """An operator asks to grant or withdraw a role."""
    command = {"user_id": user, "role": role, "reason": "as agreed", "actor_id": world.operator,
               "aal": "aal2"} | fields  # fmt: skip
    return world.command("staff_grant" if event == "grant" else "staff_withdraw", **command)


def change_role(world: World, event: str, user: UUID, role: str = "operator") -> Any:
    """Two operators grant or withdraw a role; the answer."""
    return confirm(world, ask_role(world, event, user, role))["answer"]
