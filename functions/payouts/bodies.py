"""Bodies of the commands about payouts, and the answers they get."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.body import Body
from shared.identifier import Id, RailId
from shared.money import PositiveAmount


class NewDestination(Body):
    """party_id: whose money, the caller's own by default. address: as address_kinds of the
    rail says: an account of Stripe (acct_…), or an address on a chain.
    currency: for this one only; by default for every currency of the rail. is_default: whether
    money goes there for which no destination is named."""

    party_id: Id | None = None
    rail: RailId
    currency: Annotated[str, Field(min_length=1, max_length=32)] | None = None
    address: Annotated[str, Field(min_length=1, max_length=255)]
    is_default: bool = True


class NewWithdrawal(Body):
    """party_id: whose wallet, the caller's own by default. destination_id: one of its own, and
    with it the rail. amount: what arrives; fee and network cost leave beside it."""

    party_id: Id | None = None
    destination_id: Id
    currency: Annotated[str, Field(min_length=1, max_length=32)]
    amount: PositiveAmount


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DestinationSet(_Answer):
    """Where the money of a party may go on a rail. usable_from: the first of a rail at once, every
    other after a while (rails.destination_wait). default_from: None, when it is no default."""

    destination_id: UUID
    party_id: UUID
    rail: str
    currency: str | None
    address: str
    usable_from: datetime
    default_from: datetime | None


class DestinationRemoved(_Answer):
    """A destination that is used no more."""

    destination_id: UUID
    removed_at: datetime


class PayoutMoved(_Answer):
    """A payout after a command."""

    payout_id: UUID
    state: str
    attempt: int | None = None


class WithdrawalRequested(_Answer):
    """A withdrawal that is ordered. not_before: until then it waits, and its payout can be kept
    (POST /payouts/{payout_id}/keep), which cancels it. fee_amount, network_cost: fixed now."""

    withdrawal_id: UUID
    payout_id: UUID
    party_id: UUID
    rail: str
    currency: str
    amount: str
    fee_amount: str
    network_cost: str
    address: str
    not_before: datetime
