"""Bodies of the webhook commands, and the answers they get."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from shared.body import Body
from shared.identifier import Id
from shared.text import Line
from shared.times import Moment

EventType = Annotated[
    str, Field(max_length=100, pattern=r"^(\*|[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?)$")
]


class NewEndpoint(Body):
    """party_id: in whose name, the caller's own by default. event_types: names, families
    (escrow.*) or * for all, which is the default."""

    url: Annotated[str, Field(min_length=8, max_length=2000)]
    party_id: Id | None = None
    description: Annotated[Line, Field(max_length=200)] = ""
    event_types: Annotated[list[EventType], Field(min_length=1, max_length=50)] | None = None


def _only(*said: str, **fields: Any) -> dict[str, Any]:
    """The schema of one way to say what is sent again: these, and none of the others."""
    nothing = {name: {"type": "null"} for name in ("event_ids", "since", "until")}
    return {
        "required": [*said],
        "properties": {**nothing, "all_failed": {"const": False}, **fields},
    }


class Resend(Body):
    """One of the three: event_ids, since and until, or all_failed. after: the next of the
    answer before, to go on from there."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                _only("event_ids", event_ids={"type": "array"}),
                _only("since", "until", since={"type": "string"}, until={"type": "string"}),
                _only("all_failed", all_failed={"const": True}),
            ]
        }
    )
    event_ids: Annotated[list[Id], Field(min_length=1, max_length=100)] | None = None
    since: Moment | None = None
    until: Moment | None = None
    all_failed: bool = False
    after: Id | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        given = (self.event_ids is not None, self.since is not None, self.all_failed)
        if sum(given) != 1 or (self.since is None) != (self.until is None):
            raise PydanticCustomError("resend", "Say event_ids, since and until, or all_failed.")
        return self


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
