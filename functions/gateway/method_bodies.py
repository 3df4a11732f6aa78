"""Where an invoice is paid, as whoever pays is told."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class InvoiceMethod(BaseModel):
    """A way to pay an invoice: send due_amount to address before expires_at. address: of this
    invoice only, and for ever. chain_id: of the chain, by EIP-155 where it has one. token: the
    contract of the currency there; of the coin itself 0xEeee… (EIP-7528), or native. decimals: of
    its smallest unit.
    rate: what one unit is worth in the currency of the price, frozen when it was opened;
    rate_source: who said so; rate_at: of which moment. amount: what the whole price comes to.
    due_amount: what is still to be paid. least_amount: less than that counts for nothing by itself.
    sequence: of the invoice."""

    model_config = ConfigDict(extra="forbid")
    rail: str
    currency: str
    address: str
    chain_id: int | None
    token: str | None
    decimals: int
    rate: str
    rate_source: str
    rate_at: datetime
    amount: str
    due_amount: str
    least_amount: str
    expires_at: datetime
    sequence: int
