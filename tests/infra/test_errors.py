"""A code has one status, wherever it is raised, and stands on the page of errors with it."""

import re
from collections import defaultdict

from shared.generated.refusals import REFUSALS
from tests.infra.docs import DOCS
from tests.stack.generators import errors
from tests.stack.paths import ROOT

_ROW = re.compile(r"^\| `([a-z][a-z0-9_]*)` \| (\d{3}) \|", re.MULTILINE)
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
    several = {code: statuses for code, statuses in _raised().items() if len(statuses) > 1}
    assert not several
    assert len(_raised()) > 150


def test_the_page_names_each_code_with_it() -> None:
    page = {code: int(status) for code, status in _ROW.findall((DOCS / "errors.md").read_text())}
    raised = {code: min(statuses) for code, statuses in _raised().items()}
    assert {code: page.get(code) for code in raised} == raised


def test_only_defects_of_ours_are_500() -> None:
    page = _ROW.findall((DOCS / "errors.md").read_text())
    assert {code for code, status in page if status == "500"} == {"internal"}
