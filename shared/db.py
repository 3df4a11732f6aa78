"""The database behind PostgREST: one call is one transaction."""

import http.client
import json
import os
import random
import time
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Protocol
from uuid import UUID

from shared.connections import Connections
from shared.db_errors import internal, not_ready, problem_from_database, timed_out, unavailable
from shared.errors import Forbidden, Lost, Unauthorized
from shared.money import format_amount
from shared.origin import origin_headers
from shared.settings import service_key, settings
from shared.telemetry import logger, request_id

# Hosted statements end after 8 s; a little longer, so that the database's own answer wins.
TIMEOUT = 9.0
# How Supabase's secret keys begin.
SECRET_KEY = "sb_secret_"  # noqa: S105 - no secret itself


class Database(Protocol):
    """What a function may ask of the database. Every method raises Problem."""

    def rpc(
        self,
        name: str,
        params: Mapping[str, Any],
        *,
        token: str | None,
        schema: str = "public",
        repeatable: bool = False,
    ) -> Any:
        """Call a function of the database as the bearer of a token, or as anon.

        repeatable: it reads, or carries an idempotency key, so that one lost answer
        may be asked for again. Decimals go as strings, amounts come as strings; a float
        either way is a defect of ours and raises TypeError.
        """

    def service_rpc(self, name: str, params: Mapping[str, Any], *, repeatable: bool = False) -> Any:
        """Call a command of schema `service` with the function's own key."""


class PostgrestDatabase:
    """Database over PostgREST. Keeps its connection; keeps nothing of a caller.

    api_key: the project's public key, which hosted Supabase asks for beside a token.
    service_key: gives the function's own key; renew=True fetches it anew.
    """

    def __init__(self, url: str, api_key: str, service_key: Callable[..., str]) -> None:
        self._connections = Connections(url, TIMEOUT)
        self._api_key = api_key
        self._service_key = service_key

    def rpc(
        self,
        name: str,
        params: Mapping[str, Any],
        *,
        token: str | None,
        schema: str = "public",
        repeatable: bool = False,
    ) -> Any:
        return self._call(name, params, schema, self._api_key, token, repeatable)

    def service_rpc(self, name: str, params: Mapping[str, Any], *, repeatable: bool = False) -> Any:
        for renew in (False, True):
            key = self._service_key(renew=renew)
            try:
                return self._call(name, params, "service", key, key, repeatable)
            except Unauthorized as problem:
                # Refused before anything ran: the key was rotated, or is not one.
                logger.warning("service key refused", rpc=name, code=problem.slug)
            except Forbidden as problem:
                if problem.slug != "forbidden":
                    raise
                logger.error("service role lacks a grant", rpc=name)
                break
        else:
            # A clock that is wrong, here or there, or a key of before: both pass.
            logger.error("service key refused twice", rpc=name)
            raise not_ready() from None
        raise internal() from None

    def close(self) -> None:
        """Close the connections."""
        self._connections.close()

    def _call(
        self,
        name: str,
        params: Mapping[str, Any],
        schema: str,
        api_key: str,
        token: str | None,
        repeatable: bool,
    ) -> Any:
        headers = {
            "Content-Type": "application/json", "Content-Profile": schema, "apikey": api_key,
        }  # fmt: skip
        # A secret key of Supabase is no token: it goes as apikey only.
        if token and not token.startswith(SECRET_KEY):
            headers["Authorization"] = f"Bearer {token}"
        if identifier := request_id():
            headers["X-Request-Id"] = identifier
        if schema == "service":
            headers |= origin_headers()
        body, signed_in = json.dumps(_plain(params)).encode(), token is not None
        try:
            return self._send(name, body, headers, signed_in=signed_in)
        except Lost:
            if not repeatable:
                raise
        time.sleep(random.uniform(0.05, 0.15))  # noqa: S311 - spreads retries, guards nothing
        return self._send(name, body, headers, signed_in=signed_in)

    def _send(self, name: str, body: bytes, headers: Mapping[str, str], *, signed_in: bool) -> Any:
        try:
            status, content = self._connections.ask("POST", f"/rpc/{name}", body, headers)
        except TimeoutError as error:
            logger.error("database timeout", rpc=name, error=type(error).__name__)
            raise timed_out() from None
        except (OSError, http.client.HTTPException) as error:
            logger.error("database unreachable", rpc=name, error=type(error).__name__)
            raise unavailable() from None
        if 200 <= status < 300 and not content:
            return None
        answer = _read(content)
        if 200 <= status < 300 and answer is not _UNREADABLE:
            return _exact(answer, name)
        # Something in between, such as a proxy, says no more than its status.
        told = answer if isinstance(answer, dict) and "message" in answer else {}
        code, message = told.get("code") or str(status), told.get("message")
        problem = problem_from_database(
            code, message, told.get("details"), told.get("hint"), signed_in=signed_in
        )
        if problem.status >= 500:
            # Details of an error may quote a row: they stay out of the log.
            logger.error("database error", rpc=name, code=code, error=message)
        raise problem


_UNREADABLE = object()


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return _UNREADABLE


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        raise TypeError("a float cannot go to the database: use Decimal")
    if isinstance(value, Decimal):
        return format_amount(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _exact(answer: Any, name: str) -> Any:
    waiting = [answer]
    while waiting:
        value = waiting.pop()
        if isinstance(value, float):
            raise TypeError(f"{name} answered a float: amounts are strings in JSON")
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return answer


@cache
def database() -> Database:
    """The database of this process, made at the first call."""
    known = settings()
    return PostgrestDatabase(known.postgrest_url, known.anon_key, service_key)


def warm_up() -> None:
    """In Lambda's init phase, where the processor is free, fetch what a first call needs."""
    if not os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE"):
        return
    try:
        database()
        service_key()
    except Exception as error:
        # The first call tries again and answers with what is wrong.
        logger.warning("warm-up failed", error=type(error).__name__)
