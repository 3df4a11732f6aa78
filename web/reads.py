"""Rows that a page shows, read as whoever is signed in."""

import json
from collections.abc import Mapping
from functools import cache
from http.client import HTTPException
from typing import Any
from urllib.parse import urlencode

from shared.connections import Connections
from shared.db_errors import problem_from_database, timed_out, unavailable
from shared.settings import settings
from web.session import Session

_TIMEOUT = 9.0


def rows(session: Session, relation: str, **query: str) -> list[Mapping[str, Any]]:
    """Rows of a relation as PostgREST gives them to that person; query: select, order, limit and
    filters. Raises Problem."""
    headers = {"apikey": settings().anon_key, "Authorization": f"Bearer {session.token}"}
    try:
        status, content = _postgrest().ask("GET", f"/{relation}?{urlencode(query)}", b"", headers)
    except TimeoutError:
        raise timed_out() from None
    except (OSError, HTTPException):
        raise unavailable() from None
    told = json.loads(content)
    if status == 200:
        found: list[Mapping[str, Any]] = told
        return found
    raise problem_from_database(
        told.get("code") or str(status), told.get("message"), told.get("details"),
        told.get("hint"), signed_in=True,
    )  # fmt: skip


@cache
def _postgrest() -> Connections:
    return Connections(settings().postgrest_url, _TIMEOUT)
