"""Supabase Auth, asked in a person's place: with the project's secret key, and their address."""

import json
from collections.abc import Mapping
from functools import cache
from http.client import HTTPException
from typing import Annotated, Any
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.request import Request

from shared.connections import Connections
from shared.db import SECRET_KEY
from shared.errors import Unavailable
from shared.origin import Client, client_of
from shared.settings import auth_url, service_key
from shared.telemetry import logger

# Above what Auth itself gives its hooks.
TIMEOUT = 9.0
# From this version on a refusal is {code, message}.
_API_VERSION = "2024-01-01"


class AuthRefused(Exception):
    """Auth says no. code: its own. message: in its words, which are not for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.message = message


def _asked_by(request: Request) -> Client:
    return client_of(request.resolved_event.raw_event)


AskedBy = Annotated[Client, Depends(_asked_by)]
"""Handler parameter: who asks."""


class Auth:
    """Auth over HTTP. Keeps its connections; keeps nothing of a person."""

    def __init__(self, url: str) -> None:
        self._connections = Connections(url, TIMEOUT)

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        client: Client,
        token: str | None = None,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """What Auth answers; empty where it answers nothing. It is asked once: no password, code
        or refresh token may be used twice.

        token: of the person; without it Auth takes the request for the project's own. Raises
        AuthRefused, and Unavailable auth_unavailable, also when Auth failed.
        """
        where = f"{path}?{urlencode(query)}" if query else path
        content = b"" if body is None else json.dumps(body).encode()
        try:
            status, told = self._connections.ask(method, where, content, _headers(client, token))
        except (OSError, HTTPException) as error:
            logger.error("auth unreachable", path=path, error=type(error).__name__)
            raise _unavailable() from None
        return _read(status, told, path)


def _headers(client: Client, token: str | None) -> dict[str, str]:
    key = service_key()
    # A secret key of Supabase is no token: it goes as apikey only.
    bearer = token or ("" if key.startswith(SECRET_KEY) else key)
    headers = {
        "Content-Type": "application/json", "apikey": key,
        # Supabase lets no browser use a secret key, and would take us for one. The database reads
        # it back (private.agent_told).
        "User-Agent": f"Holdfast/1 {client.user_agent.encode().hex()}",
        "X-Supabase-Api-Version": _API_VERSION, "Sb-Forwarded-For": client.address,
    }  # fmt: skip
    return headers | ({"Authorization": f"Bearer {bearer}"} if bearer else {})


def _read(status: int, content: bytes, path: str) -> dict[str, Any]:
    try:
        told = json.loads(content) if content else {}
    except ValueError:
        told = None
    if not isinstance(told, dict):
        logger.error("auth answered no object", path=path, status=status)
        raise _unavailable()
    if 200 <= status < 300:
        return told
    code = str(told.get("code", ""))
    if status == 429:
        raise AuthRefused(status, code or "over_request_rate_limit", str(told.get("message", "")))
    # Whoever names no code is not Auth: the gateway lets nobody through. A hook that took too long
    # says nothing about what was asked.
    if status >= 500 or not code or code.startswith("hook_timeout"):
        logger.error("auth failed", path=path, status=status, code=code)
        raise _unavailable()
    raise AuthRefused(status, code, str(told.get("message", "")))


def _unavailable() -> Unavailable:
    return Unavailable("auth_unavailable", "Sign-in does not answer now.", "Ask again later.")


@cache
def auth() -> Auth:
    """Auth of this process's project, made at the first call. Raises SettingsError."""
    return Auth(auth_url())


AuthClient = Annotated[Auth, Depends(auth)]
"""Handler parameter: Auth."""
