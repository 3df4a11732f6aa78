"""Supabase Auth, asked in the name of a person by whom we were asked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

from shared.connections import Connections
from shared.db import SECRET_KEY
from shared.db_errors import timed_out, unavailable
from shared.settings import auth_url, service_key, settings
from shared.telemetry import logger

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


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks us: the address and the program that Auth keeps of a session."""

    address: str
    user_agent: str


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
        """What Auth answers; empty where it answers nothing. It is asked once: no sign-in, code
        or refresh token may be used twice. Raises AuthRefused, Unavailable."""
        where = f"{path}?{urlencode(query)}" if query else path
        content = b"" if body is None else json.dumps(body).encode()
        try:
            status, told = self._connections.ask(method, where, content, _headers(client, token))
        except TimeoutError:
            logger.error("auth timeout", path=path)
            raise timed_out() from None
        except (OSError, HTTPException) as error:
            logger.error("auth unreachable", path=path, error=type(error).__name__)
            raise unavailable() from None
        return _read(status, told, path)


def _headers(client: Client, token: str | None) -> dict[str, str]:
    # Auth believes whom we speak for if we show a secret key, not the service role's old token.
    secret = service_key()
    key = secret if secret.startswith(SECRET_KEY) else settings().anon_key
    headers = {
        "Content-Type": "application/json", "apikey": key, "User-Agent": client.user_agent,
        "X-Supabase-Api-Version": _API_VERSION, "Sb-Forwarded-For": client.address,
    }  # fmt: skip
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return headers


def _read(status: int, content: bytes, path: str) -> dict[str, Any]:
    try:
        told = json.loads(content) if content else {}
    except ValueError:
        told = None
    if not isinstance(told, dict):
        logger.error("auth answered no object", path=path, status=status)
        raise unavailable()
    if 200 <= status < 300:
        return told
    code = str(told.get("code", ""))
    # A hook that took too long says nothing about what was asked.
    if status >= 500 or code.startswith("hook_timeout"):
        logger.error("auth failed", path=path, status=status, code=code)
        raise unavailable()
    raise AuthRefused(status, code, str(told.get("message", "")))


@cache
def auth() -> Auth:
    """Auth of this process, made at the first call. Raises SettingsError."""
    return Auth(auth_url())
