"""Bodies of the commands about deposit addresses, and the answers they get."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.body import Body
from shared.identifier import Id, RailId


class NewWalletAddress(Body):
    """party_id: whose wallet, the caller's own by default."""

    party_id: Id | None = None
    rail: RailId
    currency: Annotated[str, Field(min_length=1, max_length=32)]


class _Address(BaseModel):
    """address: of this request only. token: its contract on the chain of chain_id."""

    model_config = ConfigDict(extra="forbid")
    rail: str
    currency: str
    address: str
    chain_id: int
    token: str


class EscrowAddress(_Address):
    """Send exactly amount of token to address, on the chain of chain_id, before expires_at.

    address: of this escrow only. amount: in units of the token, as text.
    """

    escrow_id: UUID
    amount: str
    expires_at: datetime


class WalletAddress(_Address):
    """Send any amount of token to address, on the chain of chain_id, at any time.

    address: of this party and currency only. min_amount: less counts only once an operator
    accepts it.
    """

    request_id: UUID
    party_id: UUID
    min_amount: str


class SendBack(Body):
    """address: where it goes, on the chain that it came over. Its sender's own, or any that its
    party has the key to."""

    address: Annotated[str, Field(min_length=1, max_length=255)]


class DepositSentBack(BaseModel):
    """What waited in suspense is on its way. amount: what arrives; network_cost is off it.
    not_before: until then it waits, since the address is new; None: it is not. Until it is sent
    its payout can be kept (POST /payouts/{payout_id}/keep), and it waits in suspense anew."""

    model_config = ConfigDict(extra="forbid")
    deposit_id: UUID
    payout_id: UUID
    rail: str
    currency: str
    amount: str
    network_cost: str
    address: str
    not_before: datetime | None


class DepositTaken(BaseModel):
    """What waited in suspense is in the wallet now."""

    model_config = ConfigDict(extra="forbid")
    deposit_id: UUID
    currency: str
    amount: str
    outcome: str
