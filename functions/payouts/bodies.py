"""Bodies of the commands about payouts, and the answers they get."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.body import Body
from shared.identifier import Id, RailId


class NewDestination(Body):
    """party_id: whose money, the caller's own by default. address: as address_kinds of the
    rail says: an account of Stripe (acct_…), or an address on a chain."""

    party_id: Id | None = None
    rail: RailId
    address: Annotated[str, Field(min_length=1, max_length=255)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DestinationSet(_Answer):
    """Where the money of a party goes on a rail from now on."""

    destination_id: UUID
    party_id: UUID
    rail: str
    address: str
    replayed: bool


class PayoutMoved(_Answer):
    """A payout after a command."""

    payout_id: UUID
    state: str
    attempt: int | None = None
    replayed: bool
