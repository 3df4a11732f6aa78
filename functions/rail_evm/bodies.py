"""Answer of the command about deposit addresses."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class DepositAddress(BaseModel):
    """Send exactly amount of token to address, on the chain of chain_id, before expires_at.

    address: of this escrow only. amount: in units of the token, as text.
    """

    model_config = ConfigDict(extra="forbid")
    escrow_id: UUID
    rail: str
    currency: str
    amount: str
    expires_at: datetime
    address: str
    chain_id: int
    token: str
    replayed: bool
