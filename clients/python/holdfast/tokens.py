"""Tokens for an API key."""

import threading
import time

import httpx

from holdfast.problem import Problem

# How long before its end a token is replaced, in seconds.
_EARLY = 60


class KeyTokens:
    """Gives tokens for an API key: exchanges it when there is none, and a minute before one ends.

    May be called from several threads. Raises Problem.
    """

    def __init__(self, api_url: str, api_key: str, http: httpx.Client) -> None:
        self._url = f"{api_url.rstrip('/')}/api-tokens"
        self._api_key = api_key
        self._http = http
        self._token = ""
        self._renew_at = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> str:
        with self._lock:
            if time.monotonic() >= self._renew_at:
                self._exchange()
            return self._token

    def _exchange(self) -> None:
        headers = {"Authorization": f"Bearer {self._api_key}"}
        answer = self._http.post(self._url, headers=headers)
        if not answer.is_success:
            raise Problem.of(answer)
        told = answer.json()
        self._token = str(told["access_token"])
        self._renew_at = time.monotonic() + told["expires_in"] - _EARLY
