"""Refusals as exceptions."""

from typing import Any

import httpx


class Problem(Exception):
    """A refusal. `code` is stable (docs/errors.md); texts may change.

    document: everything that the answer said, such as `limit` or `errors`.
    """

    def __init__(self, status: int, document: dict[str, Any], request_id: str = "") -> None:
        self.status = status
        self.document = document
        self.code = str(document.get("code") or ("unavailable" if status >= 500 else "refused"))
        self.detail = str(document.get("detail") or document.get("message") or "")
        self.hint = str(document.get("hint") or "")
        self.request_id = str(document.get("request_id") or request_id)
        super().__init__(f"{self.code}: {self.detail}")

    @classmethod
    def of(cls, answer: httpx.Response) -> "Problem":
        """What an answer that is no success says; a gateway's own answers have no code."""
        try:
            document = answer.json()
        except ValueError:
            document = {}
        told = document if isinstance(document, dict) else {}
        return cls(answer.status_code, told, answer.headers.get("x-request-id", ""))
