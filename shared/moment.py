"""Points in time in request bodies."""

from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator


def _text(value: Any) -> Any:
    # A bare number would be taken for seconds since 1970.
    if not isinstance(value, str) or not value[:5].endswith("-"):
        raise ValueError("a time is text with a zone, like 2026-01-01T00:00:00Z")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_text)]
"""Field of a body: ISO 8601 with a zone."""
