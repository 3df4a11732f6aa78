"""How Auth says no."""

import json
import uuid
from typing import Any

from stack.http_events import Answer

API_VERSION = "2024-01-01"
"""The version from which a refusal is {code, message}."""


class Refused(Exception):
    """A refusal with its HTTP status and Auth's code; more: further members of the body."""

    def __init__(self, status: int, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.more = more

    def answer(self, version: str) -> Answer:
        """As a client of that X-Supabase-Api-Version reads it."""
        headers = [("content-type", "application/json"), ("x-sb-error-code", self.code)]
        if version >= API_VERSION:
            headers.append(("x-supabase-api-version", API_VERSION))
            body: dict[str, Any] = {"code": self.code, "message": self.message}
        else:
            body = {"code": self.status, "error_code": self.code, "msg": self.message}
            if self.status >= 500:
                body["error_id"] = str(uuid.uuid4())
        return Answer(self.status, tuple(headers), json.dumps(body | self.more).encode())


def invalid(message: str) -> Refused:
    return Refused(400, "validation_failed", message)


def failed(message: str) -> Refused:
    """A defect, or what Auth takes for one."""
    return Refused(500, "unexpected_failure", message)


def wrong_credentials() -> Refused:
    return Refused(400, "invalid_credentials", "Invalid login credentials")
