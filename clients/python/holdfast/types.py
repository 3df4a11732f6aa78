"""Types that bodies, answers and rows share."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer

Amount = Annotated[
    Decimal, PlainSerializer(lambda amount: format(amount, "f"), str, when_used="json")
]
"""Money: a Decimal here, a string in JSON; never a float, never with an exponent."""

Time = datetime | Literal["infinity", "-infinity"]
"""A moment of a row; infinity is one that does not come by itself."""


class Body(BaseModel):
    """What a command says. A field that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    """What a command or PostgREST answers. It may grow fields that this version does not know."""

    model_config = ConfigDict(extra="ignore")
