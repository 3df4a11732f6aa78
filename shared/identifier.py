"""Ids in addresses and bodies of requests."""

import re
from typing import Annotated, Any
from uuid import UUID

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

_CANONICAL = r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"


def _id(value: Any) -> UUID:
    # UUID() would also take braces, urn:uuid: and digits without hyphens.
    if not isinstance(value, str) or not re.fullmatch(_CANONICAL, value):
        raise PydanticCustomError("id", "an id is a UUID, 8-4-4-4-12 hexadecimal digits")
    return UUID(value)


Id = Annotated[
    UUID,
    BeforeValidator(_id),
    WithJsonSchema({"type": "string", "format": "uuid", "pattern": f"^{_CANONICAL}$"}),
]
"""An id of ours as RFC 9562 writes it."""

RailId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")]
"""A row of the table rails: which there are, the database says."""
