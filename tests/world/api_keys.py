"""API keys, made by command."""

from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

from functions.accounts.api_key_rules import Secret
from tests.world.world import World

_serial = count(1)


@dataclass(frozen=True)
class Made:
    """A key of the database, and what its owner was shown."""

    id: UUID
    prefix: str
    secret: Secret


def key_command(person: UUID, *scopes: str, **fields: Any) -> dict[str, Any]:
    """A right command to make a key, with the scopes that are named or one."""
    number = next(_serial)
    secret = Secret.make(number.to_bytes(32))
    return {
        "actor_id": person, "aal": "aal2", "name": "Books",
        "scopes": list(scopes or ["wallets:read"]),
        "ip_allow": ["127.0.0.0/8"], "prefix": f"{number:010}", "last4": secret.last4,
        "secret_hash": secret.hash, **fields,
    }  # fmt: skip


def made(world: World, person: UUID, *scopes: str, **fields: Any) -> Made:
    """A key of a person, or with party_id of another party."""
    command = key_command(person, *scopes, **fields)
    secret = Secret.make(int(command["prefix"]).to_bytes(32))
    done = world.command("api_key_create", **command)
    return Made(UUID(done["key_id"]), command["prefix"], secret)


def every_scope(world: World) -> list[str]:
    return [row[0] for row in world.rows("select scope from public.api_scopes order by 1")]


def exchanged(world: World, key: Made, address: str = "127.0.0.1") -> Any:
    """What the database says when a key is shown."""
    with world.acting("service_role"):
        return world.one(
            "select service.api_token_exchange(%s, %s, %s)", key.prefix, key.secret.hash, address
        )
