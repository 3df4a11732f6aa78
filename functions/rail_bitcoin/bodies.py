"""Bodies of the commands about deposit addresses of chains of coins, and the answers they get."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.body import Body
from shared.identifier import Id


class NewCoinAddress(Body):
    """party_id: whose wallet, the caller's own by default."""

    party_id: Id | None = None


class _CoinAddress(BaseModel):
    """address: of this request only. token: native, the coin of the chain itself."""

    model_config = ConfigDict(extra="forbid")
    rail: str
    currency: str
    address: str
    chain_id: int
    token: str


class EscrowCoinAddress(_CoinAddress):
    """Send exactly amount to address before expires_at, as the chain's own median time counts.

    address: of this escrow only. amount: in units of the coin, as text.
    """

    escrow_id: UUID
    amount: str
    expires_at: datetime


class WalletCoinAddress(_CoinAddress):
    """Send any amount to address, at any time.

    address: of this party and currency only. min_amount: less counts only once an operator
    accepts it.
    """

    request_id: UUID
    party_id: UUID
    min_amount: str
