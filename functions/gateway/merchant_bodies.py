"""Bodies of the commands about merchants, and the answers they get."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.body import Body
from shared.commands import OperatorReason
from shared.identifier import Id
from shared.text import Line, LineOfWords, line

Email = Annotated[
    str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"), AfterValidator(line)
]
MemberRole = Literal["owner", "admin", "staff", "viewer"]


class NewMerchant(Body):
    """name: shown to payers. legal_name: as the register of companies has it. website: where it
    sells. tax_id: tax or VAT number. country: ISO 3166 alpha-2. support_email: whom a payer
    asks."""

    name: Annotated[LineOfWords, Field(min_length=1, max_length=80)]
    legal_name: Annotated[LineOfWords, Field(min_length=1, max_length=120)]
    website: Annotated[Line, Field(max_length=500)] = ""
    tax_id: Annotated[Line, Field(max_length=40)] = ""
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    support_email: Email


class Verdict(Body):
    """verification: what operators found."""

    verification: Literal["verified", "rejected"]
    reason: OperatorReason


class Invitation(Body):
    """user_id: who is invited. role: what the person would be."""

    user_id: Id
    role: MemberRole


class Member(Body):
    """user_id: who leaves, or is put out."""

    user_id: Id


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MerchantMade(_Answer):
    """A merchant. verification: how it stands with operators. role: of whoever made it."""

    merchant_id: UUID
    verification: str
    role: str


class MerchantVerified(_Answer):
    """verification: how the merchant stands now."""

    merchant_id: UUID
    verification: str


class MerchantClosed(_Answer):
    """deleted_at: since when it begins nothing new."""

    merchant_id: UUID
    deleted_at: datetime


class Invited(_Answer):
    """user_id: who is invited. role: as what."""

    merchant_id: UUID
    user_id: UUID
    role: str
    expires_at: datetime


class Joined(_Answer):
    """user_id: who is a member now. role: as what."""

    merchant_id: UUID
    user_id: UUID
    role: str


class Removed(_Answer):
    """user_id: who is no member any more."""

    merchant_id: UUID
    user_id: UUID
    removed_at: datetime
