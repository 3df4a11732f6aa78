"""An event of the verification provider. Pure: no I/O."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError

from shared.body import Told, read_json
from shared.errors import BadRequest, Problem
from shared.identifier import Id
from shared.times import Moment

Flag = Annotated[str, Field(pattern="^(phone|id_document|address|biometric)$")]

Name = Annotated[str, Field(min_length=1, max_length=120)]

LINKS = ("discord.linked", "discord.unlinked")
KNOWN = ("verification.approved", "verification.rejected", "verification.revoked")


class Check(Told):
    """data of a known type. party_id: the person, as we named them to the provider.
    name: on the document, of flag id_document. provider_reference: the provider's own name for
    the check."""

    party_id: Id
    flag: Flag
    name: Name | None = None
    provider_reference: Annotated[str, Field(max_length=200)] | None = None


class Link(Told):
    """data of discord.linked and discord.unlinked: whose account or server it is.
    discord_id: of a link that is made; a link that ends names none."""

    party_id: Id | None = None
    guild_id: Id | None = None
    discord_id: Annotated[str, Field(pattern="^[0-9]{17,20}$")] | None = None


class Event(Told):
    """timestamp: when it was decided. data: a Check where the type is known."""

    type: Annotated[str, Field(min_length=1, max_length=100)]
    timestamp: Moment
    data: dict[str, Any]


def parse_event(text: str) -> Mapping[str, Any]:
    """Fields for service.verification_event: type, occurred_at, and of a known type
    party_id, flag and provider_reference. Of LINKS, for service.discord_event: type,
    occurred_at, party_id or guild_id, and discord_id.

    Raises BadRequest bad_event.
    """
    try:
        event = Event.model_validate(read_json(text))
        kind = Check if event.type in KNOWN else Link if event.type in LINKS else None
        told = kind.model_validate(event.data) if kind else None
        if isinstance(told, Link) and (
            (told.party_id is None) == (told.guild_id is None)
            or (told.discord_id is None) == (event.type == "discord.linked")
        ):
            raise BadRequest("bad_event")
    except (ValidationError, Problem):
        raise BadRequest("bad_event", "The event is not of the shape we agreed on.") from None
    fields = told.model_dump(mode="json") if told else {}
    return {**fields, "type": event.type, "occurred_at": event.timestamp.isoformat()}
