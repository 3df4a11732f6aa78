"""A client of the HTTP commands that sends whatever it is told."""

import json
import re
from typing import Any
from uuid import uuid4

import httpx

from stack.stack import Stack

_SLUG = re.compile(r"[a-z][a-z0-9_]*")


class Commands:
    """Sends commands; who: the bearer's id, None for nobody."""

    def __init__(self, stack: Stack, http: httpx.Client) -> None:
        self._stack = stack
        self._http = http
        self._tokens: dict[Any, str] = {}

    def post(
        self, who: object, path: str, body: Any, **headers: str | bytes | None
    ) -> httpx.Response:
        """body: bytes go as they are, all else as JSON. A header of None is left out."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent: dict[str, str | bytes | None] = {
            "Idempotency-Key": str(uuid4()),
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self._token(who)}" if who else None,
            **headers,
        }
        kept = [
            (name.encode(), value if isinstance(value, bytes) else value.encode())
            for name, value in sent.items()
            if value is not None
        ]
        return self._http.post(path, content=content, headers=kept)

    def _token(self, who: object) -> str:
        if who not in self._tokens:
            self._tokens[who] = self._stack.token(str(who), aal="aal2")
        return self._tokens[who]


def flaw(answer: httpx.Response, *codes: str) -> str | None:
    """What is wrong with an answer to bad input; None for a problem with one of the codes
    (any code, when none is given)."""
    if not 400 <= answer.status_code < 500:
        return f"{answer.status_code} {answer.text[:200]}"
    if answer.headers.get("content-type") != "application/problem+json":
        return f"{answer.status_code} is no problem document: {answer.text[:200]}"
    problem = answer.json()
    code = problem.get("code", "")
    if not _SLUG.fullmatch(code) or problem["status"] != answer.status_code:
        return f"{answer.status_code} {problem}"
    if problem["type"] != f"urn:holdfast:problem:{code}" or not problem["request_id"]:
        return f"{answer.status_code} {problem}"
    return None if not codes or code in codes else f"{answer.status_code} {code}, not {codes}"
