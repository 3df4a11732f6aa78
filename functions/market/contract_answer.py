"""The answer of a command about a contract: the same for offers and for contracts."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from shared.money import NonNegativeAmount, PositiveAmount


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MilestoneState(_Answer):
    """Where one milestone stands; its id is that of its escrow."""

    milestone_id: UUID
    position: int
    version: int
    state: str
    phase: str
    deadline_at: datetime | None
    expires_at: datetime | None
    frozen: bool
    payer_amount: NonNegativeAmount | None
    payee_amount: NonNegativeAmount | None
    fee_amount: NonNegativeAmount | None


class ContractMoved(_Answer):
    """The contract after the command. document_hash: what both sides sign."""

    contract_id: UUID
    document_hash: str
    total: PositiveAmount
    currency: str
    rail: str
    milestones: list[MilestoneState]
