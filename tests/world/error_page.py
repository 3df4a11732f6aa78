"""What docs/errors.md says of each code, and whether an answer is as it says."""

import re
from functools import cache
from typing import Any

import httpx

from stack.paths import ROOT

PAGE = ROOT / "docs" / "errors.md"

_ROW = re.compile(r"^\| `([A-Za-z0-9_]+)` \| (\d{3}(?:, \d{3})*) \|", re.MULTILINE)
_RAISED = re.compile(r"PT(\d{3})")


@cache
def statuses() -> dict[str, frozenset[int]]:
    """HTTP statuses of each code on the page: of a problem one, of PostgREST's own a few."""
    rows = _ROW.findall(PAGE.read_text())
    return {code: frozenset(map(int, said.split(", "))) for code, said in rows}


def undocumented(answer: httpx.Response) -> str | None:
    """What a client was told that the page does not say; None where there is nothing of the kind.

    A problem document has our code; an error of PostgREST has it as its message where our own SQL
    raised it (PTxyz), and else that of PostgREST or Postgres.
    """
    problem = _problem(answer)
    if problem is None or _is_of_auth(answer):
        return None
    code = str(problem["code"])
    raised = _RAISED.fullmatch(code)
    told = str(problem.get("message")) if raised else code
    if raised and int(raised[1]) != answer.status_code:
        return f"{told} is {code} and was answered with {answer.status_code}"
    if answer.status_code in statuses().get(told, ()):
        return None
    return f"docs/errors.md does not say {told} with {answer.status_code}: {answer.text[:300]}"


def _is_of_auth(answer: httpx.Response) -> bool:
    """Whether Supabase Auth says it, whose codes its own pages list."""
    return answer.request.url.path.startswith("/auth/v1/")


def _problem(answer: httpx.Response) -> dict[str, Any] | None:
    if answer.status_code < 400 or "json" not in answer.headers.get("content-type", ""):
        return None
    try:
        body = answer.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) and body.get("code") else None
