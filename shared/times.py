"""Points in time in requests."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

_RFC3339 = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)


def _moment(value: Any) -> datetime:
    # A number would be taken for seconds since 1970, and so would text of digits.
    try:
        if not isinstance(value, str) or not re.fullmatch(_RFC3339, value):
            raise ValueError
        # In UTC: the database knows no zone of 16 hours and more, and RFC 3339 does.
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError(
            "moment", "a time is text with a zone, such as 2026-01-31T12:00:00Z"
        ) from None


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    PlainSerializer(datetime.isoformat, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": f"^{_RFC3339}$"}),
]
"""A time as RFC 3339 writes it, with its zone; in UTC from here on."""
