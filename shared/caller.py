"""The caller: the bearer token, passed on as it came. The database says whose it is."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.request import Request

from shared.errors import Unauthorized

_BEARER = re.compile(r"[Bb]earer +([A-Za-z0-9_.~+/=-]{1,8192})")


@dataclass(frozen=True, slots=True)
class CallerToken:
    """token: of the signed-in person, unchecked; only PostgREST can tell whether it is good."""

    token: str = field(repr=False)


def bearer_token(headers: Mapping[str, str]) -> str:
    """The token of an Authorization header. Raises Unauthorized."""
    authorization = headers.get("authorization", "").strip()
    if not authorization:
        raise Unauthorized("unauthorized", "Sign in first: this needs a bearer token.")
    match = _BEARER.fullmatch(authorization)
    if not match:
        raise Unauthorized("bad_token", "The Authorization header is not: Bearer <token>.")
    return match[1]


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, checked by nobody; nothing where it is none."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        told = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return told if isinstance(told, dict) else {}


def caller_of(request: Request) -> CallerToken:
    """The caller of a request. Raises Unauthorized."""
    return CallerToken(bearer_token(request.headers))


Caller = Annotated[CallerToken, Depends(caller_of)]
"""Handler parameter: this route needs a signed-in caller."""
