"""What is broken on purpose: a text of a function of the database or of a Python file, replaced
by another, or the database itself by a statement."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.rows import TupleRow

from stack.paths import ROOT

_HEAD = re.compile(r"([\w./]+): (.+) \(([\w /:]+)\)")
_STATEMENT = "sql"


@dataclass(frozen=True)
class Mutant:
    """One thing broken, and the tests of which one should fail.

    place: a function of the database, of schema private where none is named; a Python file, from
    the root; or "sql". old: stands in the function or file exactly once; of "sql" nothing. new:
    takes its place; of "sql" the statement. tests: db/escrow/cases is the file
    tests/db/escrow/test_cases.py, db/escrow/cases::test_x is one test of it.
    """

    place: str
    name: str
    tests: tuple[str, ...]
    old: str
    new: str

    @property
    def in_python(self) -> bool:
        return self.place.endswith(".py")

    def nodes(self) -> list[str]:
        """The tests as pytest names them."""
        return [_node(name) for name in self.tests]

    def statement(self, owner: psycopg.Connection[TupleRow]) -> str:
        """What breaks the database. Raises ValueError when the text is not there once."""
        if self.place == _STATEMENT:
            return self.new
        schema, _, name = self.place.rpartition(".")
        ((body,),) = owner.execute(
            "select pg_get_functiondef(p.oid) from pg_proc as p "
            "where p.pronamespace = %s::regnamespace and p.proname = %s",
            [schema or "private", name],
        ).fetchall()
        return self._replaced(str(body))

    def source(self) -> str:
        """The Python file, broken. Raises ValueError when the text is not there once."""
        return self._replaced((ROOT / self.place).read_text())

    def _replaced(self, text: str) -> str:
        if text.count(self.old) != 1:
            raise ValueError(f"{self.place} does not hold it once: {self.old}")
        return text.replace(self.old, self.new)


def _node(name: str) -> str:
    path, *test = name.split("::")
    folder, _, file = path.rpartition("/")
    return "::".join([f"tests/{folder}/test_{file}.py", *test])


def read(page: Path) -> Iterator[Mutant]:
    """Mutants of a file: place: name (tests), then lines taken out (-) and put in (+)."""
    for block in page.read_text().strip().split("\n\n"):
        head, *lines = block.split("\n")
        found = _HEAD.fullmatch(head)
        assert found, f"{page.name}: {head}"
        old, new = ("\n".join(x[1:] for x in lines if x[0] == sign) for sign in "-+")
        yield Mutant(found[1], found[2], tuple(found[3].split()), old, new)


MUTANTS = [mutant for page in sorted(Path(__file__).parent.glob("*.diff")) for mutant in read(page)]
