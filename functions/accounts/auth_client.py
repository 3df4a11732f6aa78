"""Supabase Auth, asked in a person's place: with the project's secret key, and their address."""

import base64
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.request import Request

from shared.connections import Connections
from shared.db import SECRET_KEY
from shared.errors import Unavailable
from shared.settings import address, service_key
from shared.telemetry import logger

# Above what Auth itself gives its hooks.
TIMEOUT = 9.0
_VERSION = "2024-01-01"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as the edge saw them. address: never what a header claims."""

    address: str
    agent: str


def asker_of(request: Request) -> Asker:
    """Who made a request."""
    http_part = request.resolved_event.raw_event["requestContext"]["http"]
    return Asker(http_part["sourceIp"], http_part.get("userAgent") or "")


AskedBy = Annotated[Asker, Depends(asker_of)]
"""Handler parameter: who asks."""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of Auth. code: of a refusal; empty where it did as asked."""

    status: int
    body: Mapping[str, Any]

    @property
    def code(self) -> str:
        return "" if self.status == 200 else str(self.body.get("code"))

    @property
    def session_id(self) -> str | None:
        """The session of the tokens it gave; None: it gave none."""
        token = str(self.body.get("access_token", ""))
        if not token:
            return None
        claims = token.split(".")[1]
        # Auth has just said it: nobody in between could change it.
        return str(json.loads(base64.urlsafe_b64decode(claims + "=="))["session_id"])


class Auth:
    """Auth of the project at a URL."""

    def __init__(self, url: str) -> None:
        self._connections = Connections(url, TIMEOUT)

    def post(self, path: str, body: Mapping[str, Any], asker: Asker, *, token: str = "") -> Said:
        """Ask once. token: of the person; without it Auth takes the request for the project's
        own. Raises Unavailable auth_unavailable, also when Auth failed."""
        key = service_key()
        # A secret key of Supabase is no token: it goes as apikey only.
        bearer = token or ("" if key.startswith(SECRET_KEY) else key)
        headers = {
            "Content-Type": "application/json", "apikey": key, "User-Agent": asker.agent,
            "Sb-Forwarded-For": asker.address, "X-Supabase-Api-Version": _VERSION,
        } | ({"Authorization": f"Bearer {bearer}"} if bearer else {})  # fmt: skip
        try:
            status, content = self._connections.post(path, json.dumps(body).encode(), headers)
            said = Said(status, json.loads(content))
        except (OSError, http.client.HTTPException, ValueError) as error:
            logger.error("auth unreachable", path=path, error=type(error).__name__)
            raise _unavailable() from None
        if status >= 500:
            logger.error("auth failed", path=path, status=status, code=said.code)
            raise _unavailable()
        return said


def _unavailable() -> Unavailable:
    return Unavailable("auth_unavailable", "Sign-in does not answer now.", "Ask again later.")


@cache
def auth() -> Auth:
    """Auth of this process's project, made at the first call."""
    return Auth(address("HOLDFAST_AUTH_URL"))


AuthClient = Annotated[Auth, Depends(auth)]
"""Handler parameter: Auth."""
