"""HTTP calls to others: short timeouts, small answers, exact numbers."""

import json
import time
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

import httpx

TIMEOUT = httpx.Timeout(5.0, connect=2.0)
PATIENCE_SECONDS = 15.0
MAX_BYTES = 512 * 1024


class SourceFailed(Exception):
    """It did not answer, or not sensibly; the text says how, without its words."""


class Client:
    """One host. origin: scheme and host, from the environment and never from a request; its
    answers must all come within the patience, and a redirect is no answer."""

    def __init__(self, origin: str) -> None:
        self.origin = origin.rstrip("/")
        self._http = httpx.Client(timeout=TIMEOUT, trust_env=False)
        self._give_up_at = time.monotonic() + PATIENCE_SECONDS

    def get(
        self,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        *,
        missing: Collection[int] = (),
    ) -> Any:
        """The JSON at a path, its numbers as Decimal.

        missing: statuses that say there is no such thing: None then. Raises SourceFailed.
        """
        body = self.get_bytes(path, query, headers, missing=missing)
        return None if body is None else parsed(body)

    def get_bytes(
        self,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        *,
        missing: Collection[int] = (),
    ) -> bytes | None:
        """What stands at a path, as get. Raises SourceFailed."""
        try:
            with self._http.stream(
                "GET", self.origin + path, params=query, headers=headers
            ) as answer:
                if answer.status_code in missing:
                    return None
                if answer.status_code != 200:
                    raise SourceFailed(f"status {answer.status_code}")
                return self._read(answer)
        except httpx.HTTPError as error:
            raise SourceFailed(type(error).__name__) from None

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def _read(self, answer: httpx.Response) -> bytes:
        body = b""
        for chunk in answer.iter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise SourceFailed("the answer is too long")
            if time.monotonic() > self._give_up_at:
                raise SourceFailed("the answer takes too long")
        return body


def parsed(body: bytes) -> Any:
    """The JSON of a body, its numbers as Decimal. Raises SourceFailed."""
    try:
        return json.loads(body, parse_float=Decimal, parse_int=Decimal, parse_constant=_refused)
    except (ValueError, ArithmeticError, RecursionError):
        raise SourceFailed("the answer is no JSON") from None


def _refused(name: str) -> Any:
    raise ValueError(name)
