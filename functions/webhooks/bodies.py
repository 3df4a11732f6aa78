"""Bodies of the webhook commands, and the answers they get."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.body import Body

EventType = Annotated[
    str, Field(max_length=100, pattern=r"^(\*|[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?)$")
]


class NewEndpoint(Body):
    """party_id: in whose name, the caller's own by default. event_types: names, families
    (escrow.*) or * for all, which is the default."""

    url: Annotated[str, Field(min_length=8, max_length=2000)]
    party_id: UUID | None = None
    description: Annotated[str, Field(max_length=200)] = ""
    event_types: Annotated[list[EventType], Field(min_length=1, max_length=50)] | None = None


class Resend(Body):
    """One of the three: event_ids, since and until, or all_failed. after: the next of the
    answer before, to go on from there."""

    event_ids: Annotated[list[UUID], Field(min_length=1, max_length=100)] | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    all_failed: bool = False
    after: UUID | None = None


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EndpointMade(_Answer):
    """secret: signs every message; shown only in the answers to this command."""

    endpoint_id: UUID
    status: str
    secret_id: UUID
    secret: str | None


class SecretRotated(_Answer):
    """secret: the new one. The old one signs beside it until old_secret_expires_at."""

    endpoint_id: UUID
    secret_id: UUID
    secret: str | None
    old_secret_expires_at: datetime


class EndpointEnabled(_Answer):
    """The endpoint after the command."""

    endpoint_id: UUID
    status: str


class PingSent(_Answer):
    """event_id: the webhook-id of the test message."""

    delivery_id: UUID
    event_id: UUID


class Resent(_Answer):
    """messages: how many are sent again, at most 1000 by one command. next: after of the
    command that goes on, null at the end."""

    endpoint_id: UUID
    messages: int
    next: UUID | None
