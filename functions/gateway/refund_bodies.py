"""Bodies of the commands about refunds of invoices, and the answers they get."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.body import Body
from shared.money import PositiveAmount
from shared.text import Prose

from .invoice_bodies import Currency


class NewRefund(Body):
    """what: all that came (full), what came too much (overpaid), or an amount. amount: of that, in
    the currency of the invoice. rate_of: the rate at which it was paid (then), or that of now.
    currency: which of what came; by default the only one."""

    what: Literal["full", "overpaid", "amount"]
    amount: PositiveAmount | None = None
    rate_of: Literal["then", "now"] = "then"
    currency: Currency | None = None
    reason: Annotated[Prose, Field(max_length=500)] = ""


class RefundClaim(Body):
    """claim_secret: as the merchant gave it. address: where the money goes."""

    claim_secret: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    address: Annotated[str, Field(min_length=1, max_length=255)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RefundMade(_Answer):
    """Money that is set aside. claim_secret: hand it to the payer with the token; it is told this
    once. amount: what it gives back of the money that came. sent_amount: what arrives. worth: in
    the currency of the invoice. claim_by: until then."""

    refund_id: UUID
    invoice_id: UUID
    token: str
    claim_secret: str
    state: str
    rail: str
    currency: str
    amount: str
    sent_amount: str
    network_cost: str
    worth: str
    claim_by: datetime


class RefundCancelled(_Answer):
    """A refund that was taken back."""

    refund_id: UUID
    invoice_id: UUID
    state: str


class RefundClaimed(_Answer):
    """A refund that is on its way. amount: what arrives."""

    refund_id: UUID
    state: str
    rail: str
    currency: str
    amount: str
    address: str
