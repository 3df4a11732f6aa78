"""Requests with the token of an API key: admitted before they are done, counted once they are
answered."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.caller import bearer_token, claims_of
from shared.db import Database
from shared.errors import Problem, rate_headers
from shared.origin import endpoint
from shared.telemetry import logger

_ROLE = "api_key"


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request of a key that the database knows. rate: what is left (shared.errors.rate_headers).
    began: by the clock of this process."""

    key_id: str
    rate: Mapping[str, int]
    began: float

    def headers(self) -> dict[str, str]:
        """What the answer tells of what is left."""
        return rate_headers(self.rate)

    def note(self, db: Database, status: int) -> None:
        """Count the request. That it could not be counted changes no answer."""
        method, _, route = endpoint().partition(" ")
        if not route:
            return
        took = round(1000 * (time.monotonic() - self.began))
        said = {"key_id": self.key_id, "method": method, "route": route, "status": status}
        try:
            db.service_rpc("api_request_note", {**said, "ms": took})
        except Problem as problem:
            logger.warning("request not counted", code=problem.slug)


def admit(db: Callable[[], Database], headers: Mapping[str, str]) -> Admitted | None:
    """Take a token of the buckets of the key whose token this is; None for people.

    What the token says of itself is believed by nobody: it says whether the database is asked.
    Raises Problem: too_many_requests (429), key_revoked, bad_token, token_expired (401).
    """
    token = bearer_token(headers)
    if claims_of(token).get("role") != _ROLE:
        return None
    began = time.monotonic()
    told: dict[str, Any] = db().rpc("admit_request", {}, token=token)
    return Admitted(told["key_id"], told["rate"], began)
