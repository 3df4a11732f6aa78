"""The pages of proofs are complete: every number once, every row with tests that exist."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from stack.paths import ROOT
from tests.infra.docs import DOCS, section, table, words

INCIDENTS = ROOT / "tests/db/incidents/incidents.md"
# Heading and page of each numbered table, and its numbers.
TABLES = {
    "Capabilities": (DOCS / "capabilities.md", [str(number) for number in range(1, 16)]),
    "Twenty properties": (DOCS / "security.md", [str(number) for number in range(1, 21)]),
    "Invariants": (DOCS / "escrow.md", [f"I{number}" for number in range(1, 13)]),
    "Incidents of other escrow systems": (INCIDENTS, [str(number) for number in range(1, 33)]),
}


def defined(path: Path) -> set[str]:
    """Names of the tests in a file."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, functions) and node.name.startswith("test_")
    }


def named(row: list[str]) -> list[str]:
    """Tests that a row of a table names."""
    return [word for word in words(" ".join(row)) if re.match(r"tests/[\w/]+\.py::", word)]


@pytest.mark.parametrize("heading", TABLES)
def test_every_number_is_there_once(heading: str) -> None:
    page, numbers = TABLES[heading]
    assert [row[0] for row in table(section(page, heading))] == numbers


@pytest.mark.parametrize(
    ("page", "heading"),
    [("capabilities.md", "Capabilities"), ("capabilities.md", "Capabilities of the exchange"),
     ("security.md", "Twenty properties")],
)  # fmt: skip
def test_every_row_names_tests_that_exist_or_says_whose_it_is(page: str, heading: str) -> None:
    for row in table(section(DOCS / page, heading)):
        assert named(row) or row[-1].startswith("belongs to "), row[0]
        for name in named(row):
            path, _, test = name.partition("::")
            assert test in defined(ROOT / path), name


def test_every_incident_has_a_named_test() -> None:
    files = (ROOT / "tests").rglob("test_*.py")
    tests = Counter(
        int(found[1])
        for path in files
        for name in defined(path)
        if (found := re.match(r"test_incident_(\d+)_", name))
    )
    assert set(tests) == set(range(1, 33))
