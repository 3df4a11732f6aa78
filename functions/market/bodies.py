"""Bodies of the offer commands, and the answers they get."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.body import Body
from shared.moment import Moment
from shared.money import PositiveAmount, format_amount


class Milestone(Body):
    """amount: in the currency of the listing. days: to deliver, from when it is paid in."""

    title: Annotated[str, Field(min_length=1, max_length=140)]
    description: Annotated[str, Field(max_length=5000)] = ""
    amount: PositiveAmount
    days: Annotated[int, Field(strict=True, ge=1, le=365)]

    def document(self) -> dict[str, Any]:
        return {**self.model_dump(), "amount": format_amount(self.amount)}


class Terms(Body):
    """What one unit would be sold for: milestones that add up to the amount.

    conditions: whatever else is asked for. expires_at: by default in 72 hours.
    """

    amount: PositiveAmount
    milestones: Annotated[list[Milestone], Field(min_length=1, max_length=20)]
    conditions: Annotated[str, Field(max_length=5000)] = ""
    expires_at: Moment | None = None

    def fields(self) -> dict[str, Any]:
        """As the command takes them."""
        return {
            "amount": format_amount(self.amount),
            "milestones": [each.document() for each in self.milestones],
            "conditions": self.conditions,
            "expires_at": self.expires_at.isoformat() if self.expires_at else None,
        }


class NewOffer(Terms):
    """party_id: who would buy, the caller by default."""

    party_id: UUID | None = None

    def fields(self) -> dict[str, Any]:
        return {**super().fields(), "party_id": str(self.party_id) if self.party_id else None}


class Nothing(Body):
    """Nothing to say."""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OfferMoved(_Answer):
    """The offer after the command."""

    offer_id: UUID
    listing_id: UUID
    status: str
    author_role: str
    amount: PositiveAmount
    currency: str
    expires_at: datetime
