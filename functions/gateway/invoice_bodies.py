"""Bodies of the commands about invoices, and the answers they get."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.body import Body
from shared.identifier import Id
from shared.money import NonNegativeAmount, PositiveAmount
from shared.text import LineOfWords, Prose, Words

from .merchant_bodies import Email

Currency = Annotated[str, Field(min_length=1, max_length=32)]
# Percent, with four decimals: 100 at most.
TaxRate = Annotated[str, Field(pattern=r"^(100|(0|[1-9][0-9]?)(\.[0-9]{1,4})?)$")]


class NewLine(Body):
    """quantity: how many, or how much. unit_amount: price of one. tax_rate: in percent."""

    description: Annotated[LineOfWords, Field(min_length=1, max_length=200)]
    quantity: PositiveAmount
    unit_amount: NonNegativeAmount
    tax_rate: TaxRate | None = None


class NewInvoice(Body):
    """currency: of the price, bank money or crypto. amount: by default the sum of the lines.
    merchant_order_id: what the merchant calls its order; one invoice for each.
    metadata: what the merchant keeps with it, 4 kB at most. customer_email: where the payer is
    written to. lines: what it is made of.
    language: of the payer, ISO 639-1. currencies: in which it may be paid; by default as the
    settings of the merchant say. expires_in: seconds, by default as they say."""

    merchant_id: Id
    currency: Currency
    amount: PositiveAmount | None = None
    merchant_order_id: Annotated[LineOfWords, Field(min_length=1, max_length=100)] | None = None
    description: Annotated[Prose, Field(max_length=500)] = ""
    metadata: Annotated[dict[str, Any], Field(default_factory=dict, max_length=100)]
    customer_email: Email | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None
    currencies: Annotated[list[Currency], Field(min_length=1, max_length=32)] | None = None
    expires_in: Annotated[int, Field(ge=300, le=30 * 86400)] | None = None
    lines: Annotated[list[NewLine], Field(default_factory=list, max_length=100)]


class Mark(Body):
    """status: what the merchant says it is."""

    status: Literal["settled", "invalid"]
    reason: Annotated[Words, Field(min_length=1, max_length=500)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class InvoiceMoved(_Answer):
    """An invoice. token: for whoever pays. number: with the merchant. status: open, processing,
    settled, expired, cancelled, invalid or refunded. exceptions: underpaid, overpaid, late,
    wrong_asset, reorged, marked_by_hand, as many as apply. sequence: grows with each change; an
    event with a smaller one is older. paid_amount, seen_amount: what sure money, and money that
    was only seen, is worth in the currency of the price. merchant_order_id: what the merchant calls
    its order. tax_amount: tax in the price. currencies: in which it may be paid. created_at: when
    it was made."""

    invoice_id: UUID
    token: str
    merchant_id: UUID
    number: str
    merchant_order_id: str | None
    status: str
    exceptions: list[str]
    sequence: int
    currency: str
    amount: str
    tax_amount: str
    paid_amount: str
    seen_amount: str
    currencies: list[str]
    expires_at: datetime
    created_at: datetime
