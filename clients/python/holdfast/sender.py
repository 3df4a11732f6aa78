"""Sends commands: one key for all attempts, so that nothing is done twice."""

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar
from uuid import uuid4

import httpx
from pydantic import BaseModel, TypeAdapter

from holdfast.problem import Problem

T = TypeVar("T")
_AGAIN = {429, 502, 503, 504}


class Sender:
    """Base of the generated commands."""

    def __init__(
        self, api_url: str, token: Callable[[], str], http: httpx.Client, attempts: int
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._token = token
        self._http = http
        self._attempts = attempts

    def _send(self, path: str, body: BaseModel | None, key: str | None, answer: type[T]) -> T:
        content = body.model_dump_json(exclude_unset=True) if body else "{}"
        headers = {
            "Authorization": f"Bearer {self._token()}",
            "Content-Type": "application/json",
            "Idempotency-Key": key or str(uuid4()),
        }
        got = self._repeated(path, {"content": content, "headers": headers})
        if not got.is_success:
            raise Problem.of(got)
        told: T = TypeAdapter(answer).validate_json(got.content)
        return told

    def _repeated(self, path: str, request: dict[str, Any]) -> httpx.Response:
        attempt = 1
        while True:
            last = attempt >= self._attempts
            wait = 0.25 * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311 - spreads retries
            try:
                answer = self._http.post(self._api_url + path, **request)
            except httpx.TransportError:
                if last:
                    raise
            else:
                asked = answer.headers.get("retry-after")
                # Only the caller can make room where a 429 does not say when.
                full = answer.status_code == 429 and asked is None
                if last or full or answer.status_code not in _AGAIN:
                    return answer
                wait = max(wait, float(asked or 0))
            time.sleep(wait)
            attempt += 1
