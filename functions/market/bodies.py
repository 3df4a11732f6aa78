"""Bodies of the offer commands, and the answers they get."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.body import Body
from shared.identifier import Id, RailId
from shared.money import PositiveAmount
from shared.text import LineOfWords, Prose
from shared.times import Moment


class Milestone(Body):
    """amount: in the currency of the listing. days: to deliver, from when it is paid in."""

    title: Annotated[LineOfWords, Field(min_length=1, max_length=140)]
    description: Annotated[Prose, Field(max_length=5000)] = ""
    amount: PositiveAmount
    days: Annotated[int, Field(ge=1, le=365)]


class Terms(Body):
    """What one unit would be sold for: milestones that add up to the amount.

    rail: how the buyer pays, by default from the balance, or as the countered offer says.
    conditions: whatever else is asked for. expires_at: by default in 72 hours.
    """

    amount: PositiveAmount
    milestones: Annotated[list[Milestone], Field(min_length=1, max_length=20)]
    rail: RailId | None = None
    conditions: Annotated[Prose, Field(max_length=5000)] = ""
    expires_at: Moment | None = None


class NewOffer(Terms):
    """party_id: who would buy, the caller by default."""

    party_id: Id | None = None


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OfferMoved(_Answer):
    """The offer after the command. listing_hash: sha256 of the copy of the listing it froze."""

    offer_id: UUID
    listing_id: UUID
    status: str
    author_role: str
    amount: PositiveAmount
    currency: str
    rail: RailId
    listing_hash: str
    expires_at: datetime
