"""Bodies of the order commands, and the answers they get."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from shared.body import Body
from shared.identifier import Id
from shared.money import NonNegativeAmount, PositiveAmount

MethodId = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{1,39}$")]
"""Id of a row of payment_methods."""


class Take(Body):
    """amount: in the cryptocurrency. expected_price: as the taker read it.

    max_slippage_bps: how much worse than expected the price may be; a better one is taken.
    payment_method: one of the order's; may be left out where it has only one.
    payment_account_id: where a taker who sells wants to be paid; may be left out by who has only
    one account of the method.
    """

    amount: PositiveAmount
    expected_price: PositiveAmount
    max_slippage_bps: Annotated[int, Field(ge=0, le=10_000)] = 0
    payment_method: MethodId | None = None
    payment_account_id: Id | None = None


def _says(name: str, kind: str, *others: str) -> dict[str, Any]:
    """The schema of one way to say what changes: this, and none of the others."""
    nothing = {other: {"type": "null"} for other in others}
    return {"required": [name], "properties": {name: {"type": kind}, **nothing}}


class Reprice(Body):
    """expected_version: of the order as its maker read it; stale_version when it has changed.

    price: fixed from now on. margin_bps: from now on the index and so many basis points; instead
    of a price. min_order_amount, max_order_amount: what one take may have. What is left out stays.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                _says("min_order_amount", "string", "price", "margin_bps"),
                _says("max_order_amount", "string", "price", "margin_bps"),
                _says("margin_bps", "integer", "price"),
                _says("price", "string", "margin_bps"),
            ]
        }
    )
    expected_version: Annotated[int, Field(ge=1, le=2_147_483_647)]
    price: PositiveAmount | None = None
    margin_bps: Annotated[int, Field(ge=-9_900, le=100_000)] | None = None
    min_order_amount: PositiveAmount | None = None
    max_order_amount: PositiveAmount | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Reprice":
        if self.price is not None and self.margin_bps is not None:
            raise ValueError("an order has a price or a margin")
        said = (self.price, self.margin_bps, self.min_order_amount, self.max_order_amount)
        if all(each is None for each in said):
            raise ValueError("what shall change is missing")
        return self


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OrderMoved(_Answer):
    """The order after the command. remaining: in the cryptocurrency."""

    order_id: UUID
    status: str
    version: int
    remaining: NonNegativeAmount
    expires_at: datetime


class TradeOpened(_Answer):
    """The trade. price: of one unit. fiat_amount: bank money to send before deadline_at."""

    trade_id: UUID
    order_id: UUID
    status: str
    version: int
    amount: PositiveAmount
    price: PositiveAmount
    fiat_amount: PositiveAmount
    deadline_at: datetime
    auto_reply: str
