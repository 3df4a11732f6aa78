"""HTTP commands of operators about the verification of a person."""

from typing import Annotated, Any
from uuid import UUID

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict, Field

from shared.api import Db, Routes
from shared.body import Body
from shared.caller import Caller, CallerToken
from shared.commands import OperatorReason, command, operator
from shared.db import Database
from shared.idempotency import CommandKey, IdempotencyKey
from shared.identifier import Id
from shared.responses import answers

from .event import Flag, Name


class Reasoned(Body):
    reason: OperatorReason


class OfFlag(Reasoned):
    """name: on the document, of flag id_document: only this name is verified."""

    flag: Flag
    name: Name | None = None


class OfTier(Reasoned):
    tier: Annotated[int, Field(ge=0, le=3)]


class OfDiscord(Reasoned):
    """discord_id: a snowflake; null takes the link back."""

    discord_id: Annotated[str, Field(pattern="^[0-9]{17,20}$")] | None


class Linked(BaseModel):
    """discord_id: of the person or the guild now."""

    model_config = ConfigDict(extra="forbid")
    party_id: UUID | None
    guild_id: UUID | None
    discord_id: str | None


class Verified(BaseModel):
    """The person now. granted_tier: what an operator gave in place of what the flags give.
    name_verified: whether the name the person goes by is the one on the document."""

    model_config = ConfigDict(extra="forbid")
    party_id: UUID
    verification_tier: int
    granted_tier: int | None
    flags: list[Flag]
    name_verified: bool


routes = Routes()
_VERIFIED = answers(Verified, "The person after the command.")


@routes.post("/profiles/<party_id>/verify", responses=_VERIFIED)
def verify(
    party_id: Id, body: OfFlag, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator records a verification of a person (aal2)."""
    return _command(db, caller, key, "verify", party_id, body)


@routes.post("/profiles/<party_id>/revoke", responses=_VERIFIED)
def revoke(
    party_id: Id, body: OfFlag, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator revokes a verification (aal2)."""
    return _command(db, caller, key, "revoke", party_id, body)


@routes.post("/profiles/<party_id>/grant-tier", responses=_VERIFIED)
def grant_tier(
    party_id: Id, body: OfTier, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator gives a person a tier, whatever the flags say (aal2)."""
    return _command(db, caller, key, "grant_tier", party_id, body)


@routes.post("/profiles/<party_id>/withdraw-tier", responses=_VERIFIED)
def withdraw_tier(
    party_id: Id, body: Reasoned, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator withdraws a granted tier: the flags decide again (aal2)."""
    return _command(db, caller, key, "withdraw_tier", party_id, body)


@routes.post("/profiles/<party_id>/link-discord", responses=answers(Linked, "The link now."))
def link_profile(
    party_id: Id, body: OfDiscord, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator links a Discord account to a person (aal2)."""
    fields = {**body.model_dump(), "party_id": str(party_id)}
    return command(db, caller, key, "discord_link", fields, needs=operator)


@routes.post("/guilds/<guild_id>/link-discord", responses=answers(Linked, "The link now."))
def link_guild(
    guild_id: Id, body: OfDiscord, caller: Caller, key: IdempotencyKey, db: Db
) -> Response[Any]:
    """An operator links a Discord server to a guild (aal2)."""
    fields = {**body.model_dump(), "guild_id": str(guild_id)}
    return command(db, caller, key, "discord_link", fields, needs=operator)


def _command(
    db: Database, caller: CallerToken, key: CommandKey, change: str, party_id: UUID, body: Reasoned
) -> Response[Any]:
    fields = {**body.model_dump(), "change": change, "party_id": str(party_id)}
    return command(db, caller, key, "profile_verify", fields, needs=operator)
