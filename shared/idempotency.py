"""Commands that may be repeated: their key, the hash of their request, replayed answers."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.request import Request

from shared.errors import BadRequest

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class CommandKey:
    """key: as the client sent it. request_hash: what it stands for (see request_hash)."""

    key: str
    request_hash: str

    def params(self) -> dict[str, str]:
        """As commands, and what is read for them, take it."""
        return {"idempotency_key": self.key, "request_hash": self.request_hash}


def request_hash(method: str, path: str, body: Any) -> str:
    """SHA-256 (hex) of method, path and canonical JSON body: keys sorted, no spaces.

    The same command written in another order or spacing has the same hash.
    """
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{method} {path}\n{canonical}".encode()).hexdigest()


def idempotency_key(headers: Mapping[str, str]) -> str:
    """The key in the headers of a request, whose names are lower case.

    Raises BadRequest when it is missing or not printable ASCII.
    """
    key = headers.get(KEY_HEADER.lower(), "").strip()
    if not key:
        raise BadRequest(
            "idempotency_key_required",
            f"This command needs the header {KEY_HEADER}.",
            "Make a new UUID for each command and send the same one when you repeat it.",
        )
    if not _KEY.fullmatch(key):
        raise BadRequest(
            "bad_idempotency_key",
            f"{KEY_HEADER} is 1 to 255 printable ASCII characters without spaces.",
        )
    return key


def command_key_of(request: Request) -> CommandKey:
    """Key and request hash of a request. Raises BadRequest (see idempotency_key)."""
    path = request.resolved_event.path
    hashed = request_hash(request.method, path, request.json_body)
    return CommandKey(idempotency_key(request.headers), hashed)


IdempotencyKey = Annotated[CommandKey, Depends(command_key_of)]
"""Handler parameter: the key of this command and the hash of its request."""


def answer(result: Mapping[str, Any], status: int = 200) -> Response[Any]:
    """The answer of a command. `replayed` leaves the body and becomes a header, so that
    a repeated command gets the same body as the first time."""
    body = dict(result)
    headers = {REPLAYED_HEADER: "true"} if body.pop("replayed", False) else {}
    return Response(status, "application/json", body, headers)
