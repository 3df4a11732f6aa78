"""Bodies of the commands about assets, and the answers they get."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.body import Body
from shared.identifier import Id

Kind = Literal["group", "game", "item", "user"]


class Wanted(Body):
    """asset_id: as the provider counts; of a game its universe. party_id: whose snapshot it
    will be, by default the caller's."""

    provider: Literal["roblox"] = "roblox"
    kind: Kind
    asset_id: Annotated[str, Field(pattern="^[1-9][0-9]{0,14}$")]
    party_id: Id | None = None


class Proof(Body):
    """snapshot_id: taken by a side since the contract was made."""

    snapshot_id: Id


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Taken(_Answer):
    """document: canonical JSON of what the provider said, whose sha256 is told."""

    snapshot_id: UUID
    party_id: UUID
    provider: str
    kind: Kind
    asset_id: str
    document: str
    sha256: str
    taken_at: datetime


class Difference(_Answer):
    field: str
    before: Any
    after: Any


class Proved(_Answer):
    """differences: between the snapshot in the contract and this one."""

    escrow_id: UUID
    snapshot_id: UUID
    compared_to: UUID
    differences: list[Difference]
