"""What a provider tells us of a person. Pure: no I/O."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.body import read_json
from shared.errors import BadRequest, Problem

Flag = Annotated[str, Field(pattern="^(phone|id_document|address|biometric)$")]

KNOWN = ("verification.approved", "verification.rejected", "verification.revoked")


class Check(BaseModel):
    """data of a known type. party_id: the person, as we named them to the provider.
    provider_reference: the provider's own name for the check."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    party_id: UUID
    flag: Flag
    provider_reference: Annotated[str, Field(max_length=200)] | None = None


class Event(BaseModel):
    """timestamp: when it was decided. data: a Check where the type is known."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
    type: Annotated[str, Field(min_length=1, max_length=100)]
    timestamp: AwareDatetime
    data: dict[str, Any]


def parse_event(text: str) -> Mapping[str, Any]:
    """Fields for service.verification_event: type, occurred_at, and of a known type
    party_id, flag and provider_reference.

    Raises BadRequest bad_event.
    """
    try:
        event = Event.model_validate(read_json(text))
        check = Check.model_validate(event.data) if event.type in KNOWN else None
    except (ValidationError, Problem):
        raise BadRequest("bad_event", "The event is not of the shape we agreed on.") from None
    fields = check.model_dump(mode="json") if check else {}
    return {**fields, "type": event.type, "occurred_at": event.timestamp.isoformat()}
