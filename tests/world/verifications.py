"""Ways in which something is verified of a person."""

import itertools
from typing import Any
from uuid import UUID, uuid4

from tests.world.world import World

FLAGS = ("phone", "id_document", "address", "biometric")


def operator_says(world: World, party: UUID, change: str, **fields: Any) -> dict[str, Any]:
    """An operator verifies, revokes, grants or withdraws; the answer."""
    answer: dict[str, Any] = world.command(
        "profile_verify",
        **{"party_id": party, "change": change, "reason": "seen at the desk", "aal": "aal2",
           "actor_id": world.operator} | fields,
    )  # fmt: skip
    return answer


def provider_command(
    world: World, party: UUID, kind: str = "approved", flag: str = "phone", **fields: Any
) -> dict[str, Any]:
    """An event of the provider as its function hands it on."""
    return {
        "provider": "verification", "provider_event_id": str(uuid4()),
        "type": f"verification.{kind}", "occurred_at": world.now(), "body": "{}",
        "party_id": party, "flag": flag, "provider_reference": "check-1",
    } | fields  # fmt: skip


def provider_says(
    world: World, party: UUID, kind: str = "approved", flag: str = "phone", **fields: Any
) -> str:
    """What became of an event of the provider."""
    command = provider_command(world, party, kind, flag, **fields)
    outcome: str = world.call("verification_event", command)["outcome"]
    return outcome


_snowflakes = itertools.count(80351110224678912)


def discord_link(world: World, party: UUID, **fields: Any) -> dict[str, Any]:
    """An operator's command that links a person's Discord account."""
    return {
        "party_id": party, "discord_id": str(next(_snowflakes)), "reason": "seen",
        "aal": "aal2", "actor_id": world.operator,
    } | fields  # fmt: skip


def discord_event(world: World, party: UUID, **fields: Any) -> dict[str, Any]:
    """A provider's event that links it, as its function hands it on."""
    return {
        "provider": "verification", "provider_event_id": str(uuid4()), "type": "discord.linked",
        "occurred_at": world.now(), "body": "{}", "party_id": party,
        "discord_id": str(next(_snowflakes)),
    } | fields  # fmt: skip


def tier(world: World, party: UUID) -> int:
    found: int = world.one("select verification_tier from public.profiles where id = %s", party)
    return found


def person(world: World, of_tier: int) -> UUID:
    """Somebody of a tier, by the flags it asks for, or by a grant."""
    made = world.user(f"tier{of_tier}", limited=True)
    needed = world.one(
        "select required_flags::text[] from public.verification_tiers where id = %s", of_tier
    )
    for flag in needed or ():
        operator_says(world, made, "verify", flag=flag)
    if needed is None:
        operator_says(world, made, "grant_tier", tier=of_tier)
    assert tier(world, made) == of_tier
    return made


def flags(world: World, party: UUID) -> set[str]:
    """What the profile says is verified."""
    row = world.rows(
        "select phone_verified, id_document_verified, address_verified, biometric_verified "
        "from public.profiles where id = %s",
        party,
    )[0]
    return {flag for flag, verified in zip(FLAGS, row, strict=True) if verified}
