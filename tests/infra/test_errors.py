"""A code has one status, wherever it is raised, and stands on the page of errors with it."""

import re
from collections import defaultdict

import httpx

from shared.generated.refusals import REFUSALS
from stack.generators import errors
from stack.paths import ROOT
from tests.world.error_page import statuses, undocumented

_SQL = re.compile(r"sqlstate 'PT(\d{3})'\s+using\s+message = '([a-z_]+)'")


def _raised() -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for code, refusal in REFUSALS.items():
        found[code].add(refusal.status)
    for code, status, _, _ in [*errors._guards(), *errors._requests()]:
        found[code].add(status)
    for file in sorted((ROOT / "supabase" / "migrations").glob("*.sql")):
        for status, code in _SQL.findall(file.read_text()):
            found[code].add(int(status))
    return found


def test_a_code_has_one_status_everywhere() -> None:
    several = {code: said for code, said in _raised().items() if len(said) > 1}
    assert not several
    assert len(_raised()) > 150


def test_the_page_names_each_code_with_it() -> None:
    raised = {code: frozenset(said) for code, said in _raised().items()}
    assert {code: statuses().get(code) for code in raised} == raised


def test_only_defects_of_ours_are_500() -> None:
    ours = {code: said for code, said in statuses().items() if code.islower()}
    assert {code for code, said in ours.items() if said & {500}} == {"internal"}


def test_what_the_page_does_not_say_is_noticed() -> None:
    def said(status: int, code: str, message: str = "") -> str | None:
        told = {"code": code, "message": message}
        asked = httpx.Request("POST", "http://127.0.0.1/rest/v1/rpc/f")
        return undocumented(httpx.Response(status, json=told, request=asked))

    assert said(409, "illegal_move") is None
    assert said(409, "PT409", "illegal_move") is None
    assert said(403, "42501", "permission denied") is None
    assert said(400, "illegal_move")
    assert said(409, "nothing_of_ours")
    assert said(400, "PT409", "illegal_move")
    assert said(409, "PT409", "nothing_of_ours")
    assert said(500, "XX000", "cache lookup failed")
