"""A client of PostgREST that sends whatever it is told, and what a refusal must look like."""

import json
import re
from typing import Any

import httpx

from stack.stack import Stack

# PostgREST's own codes, SQLSTATEs, and the statuses that our functions raise.
_CODE = re.compile(r"PGRST\d{3}|PT4\d\d|[0-9A-Z]{5}")


class Rest:
    """Calls functions through PostgREST as the bearer of one token (None: as nobody)."""

    def __init__(self, stack: Stack, http: httpx.Client, token: str | None) -> None:
        self._http = http
        self._url = f"{stack.postgrest.url}/rpc/"
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def rpc(self, schema: str, name: str, body: Any, **headers: str) -> httpx.Response:
        """Call a function. body: bytes go as they are, all else as JSON."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {
            "Content-Type": "application/json", "Content-Profile": schema,
            **self._headers, **headers,
        }  # fmt: skip
        return self._http.post(self._url + name, content=content, headers=sent)


def flaw(answer: httpx.Response) -> str | None:
    """What is wrong with the answer of PostgREST to bad input; None when it is refused well."""
    if not 400 <= answer.status_code < 500:
        return f"{answer.status_code} {answer.text[:200]}"
    try:
        problem = answer.json()
    except ValueError:
        return f"{answer.status_code} without JSON: {answer.text[:200]}"
    code, message = problem.get("code"), problem.get("message")
    # 413: no code of ours, the limit of Postgres itself.
    if not (isinstance(code, str) and _CODE.fullmatch(code) and message):
        return f"{answer.status_code} without code or message: {answer.text[:200]}"
    return None
