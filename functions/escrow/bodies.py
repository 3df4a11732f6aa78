"""Bodies of the trade commands, and the answers they get."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.body import Body
from shared.commands import OperatorReason
from shared.identifier import Id
from shared.money import NonNegativeAmount, PositiveAmount
from shared.text import LineOfWords, Prose, Words

Reason = Annotated[LineOfWords, Field(min_length=1, max_length=64)]
Description = Annotated[Prose, Field(max_length=5000)]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class TradeBody(Body):
    """expected_version: refuse with stale_version when the escrow has moved on."""

    expected_version: Annotated[int, Field(ge=1, le=2_147_483_647)] | None = None

    def payload(self) -> dict[str, Any]:
        """What the command says, without the fields left out."""
        return self.model_dump(exclude={"expected_version"}, exclude_none=True)


class MarkPaid(TradeBody):
    reference: Annotated[LineOfWords, Field(min_length=1, max_length=200)] | None = None


class Release(TradeBody):
    """confirm: releasing before payment. payer_name_matches: the bank money came from an account
    in the buyer's name."""

    confirm: bool | None = None
    payer_name_matches: bool | None = None


class Deliver(TradeBody):
    """note: where it is and how to check it. files: sha256 of what is handed over."""

    note: Annotated[Words, Field(min_length=1, max_length=5000)]
    files: Annotated[list[Sha256], Field(min_length=1, max_length=20)] | None = None


class RequestRevision(TradeBody):
    """reason: what is missing."""

    reason: Annotated[Words, Field(min_length=1, max_length=5000)]


class Sign(Body):
    """document_hash: sha256 of the contract's document, as the signer has read it."""

    document_hash: Sha256


class OfferSplit(TradeBody):
    payee_amount: NonNegativeAmount


class AcceptSplit(TradeBody):
    offer_id: Id


class RaiseDispute(TradeBody):
    reason: Reason
    description: Description = ""


class Statement(TradeBody):
    body: Annotated[Words, Field(min_length=1, max_length=50_000)]


class Evidence(TradeBody):
    sha256: Sha256
    name: Annotated[LineOfWords, Field(min_length=1, max_length=200)]
    media_type: Annotated[str, Field(min_length=1, max_length=100)]
    size_bytes: Annotated[int, Field(ge=1, le=20_971_520)]


class Ruling(TradeBody):
    """Parts before the fee; they sum to what is held."""

    payer_amount: NonNegativeAmount
    payee_amount: NonNegativeAmount
    reason: Reason
    grounds: Annotated[Words, Field(min_length=20, max_length=20_000)]


class Assign(TradeBody):
    arbiter_id: Id


class Freeze(TradeBody):
    reason: OperatorReason


class Unfreeze(TradeBody):
    """hold_id: of escrow_holds; may be left out while only one reason of an operator is open."""

    hold_id: Id | None = None


class Claim(Body):
    reason: Reason
    description: Description = ""


class CloseCase(Body):
    """amount: paid to the claimant from the loss account, when upheld."""

    event: Annotated[str, Field(pattern="^(uphold|dismiss)$")]
    amount: PositiveAmount | None = None
    resolution: Annotated[Words, Field(min_length=1, max_length=5000)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EscrowMoved(_Answer):
    """The escrow after the move. Amounts only when it settled; payee_amount is net of the fee."""

    escrow_id: UUID
    event: str
    version: int
    state: str
    phase: str
    deadline_at: datetime | None
    expires_at: datetime | None
    frozen: bool
    payer_amount: NonNegativeAmount | None
    payee_amount: NonNegativeAmount | None
    fee_amount: NonNegativeAmount | None


class Receipt(_Answer):
    """Proof that a file was received as it is: the event's hash is a link of the trade's chain."""

    escrow_id: UUID
    dispute_id: UUID
    author_role: str
    sha256: str
    name: str
    media_type: str
    size_bytes: int
    received_at: datetime
    event_version: int
    event_hash: str


class EvidenceReceived(EscrowMoved):
    receipt: Receipt


class DownloadOpened(_Answer):
    """url: read with method within expires_in seconds."""

    method: str
    url: str
    expires_in: int


class UploadOpened(DownloadOpened):
    """url: send the bytes with method and exactly these headers within expires_in seconds.

    The store answers 412 when it has the file already.
    """

    upload_id: UUID
    escrow_id: UUID
    author_role: str
    sha256: str
    media_type: str
    size_bytes: int
    headers: dict[str, str]


class CaseOpened(_Answer):
    case_id: UUID
    escrow_id: UUID
    state: str
    deadline_at: datetime


class CaseClosed(_Answer):
    case_id: UUID
    state: str
