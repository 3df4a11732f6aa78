"""Request bodies: strict JSON, strict types, known fields only, a size that cannot hurt."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.errors import BadRequest, Invalid, TooLarge, UnsupportedMediaType

MAX_BODY_BYTES = 64 * 1024
JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"


class Body(BaseModel):
    """Base of every request body: unknown fields are refused, values never quoted in errors.

    Nothing is converted: a flag is true or false, a number is a JSON number, text is text. Ids,
    times and amounts have types of their own (shared.identifier, shared.times, shared.money);
    a plain UUID or datetime takes no text here.
    """

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)


class Told(Body):
    """Base of what others send us: as strict, but it may grow fields that we do not know."""

    model_config = ConfigDict(extra="ignore")


class Nothing(Body):
    """For commands that say all in their address: {}, or no body at all."""


def check_body(event: Mapping[str, Any], takes: str = JSON_TYPE) -> None:
    """Refuse a body that is not text of the one type a function takes, or too long, before anything
    reads it.

    takes: JSON_TYPE or FORM_TYPE. Whoever passes the event on names the type so: media types
    have no case.
    Raises TooLarge (413), UnsupportedMediaType (415), BadRequest bad_json (400).
    """
    body = event.get("body") or ""
    encoded = bool(event.get("isBase64Encoded"))
    if len(body) > MAX_BODY_BYTES * (2 if encoded else 1):
        raise _too_large()
    content = _decoded(body) if encoded else body.encode("utf-8", "surrogatepass")
    if len(content) > MAX_BODY_BYTES:
        raise _too_large()
    if not content:
        return
    kind = (event.get("headers") or {}).get("content-type", takes)
    if kind.partition(";")[0].strip().lower() != takes:
        raise UnsupportedMediaType(
            None, "This operation takes another Content-Type; commands take application/json."
        )
    try:
        content.decode()
    except UnicodeDecodeError:
        raise _bad_json() from None


def read_json(text: str) -> Any:
    """The value of JSON text. Raises BadRequest bad_json, also for NaN, for a field that
    stands twice, for half a surrogate pair and for nesting without end; Invalid for an array."""
    try:
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise _bad_json() from None
    if isinstance(value, list):
        # Powertools would take the one object in it for the body.
        raise _no_object()
    return value


def _decoded(body: str) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise _bad_json() from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a field stands twice")
    return fields


def _bad_json() -> BadRequest:
    return BadRequest("bad_json", "The body is not valid JSON.")


def _no_object() -> Invalid:
    message = "The body is an object."
    return Invalid("invalid_request", message, errors=[{"field": "body", "message": message}])


def _too_large() -> TooLarge:
    return TooLarge(None, f"A body has at most {MAX_BODY_BYTES} bytes.")
