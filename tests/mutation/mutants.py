"""What is broken on purpose: texts in functions of the database, replaced by others."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.rows import TupleRow

_HEAD = re.compile(r"([\w.]+): (.+) \(([\w ]+)\)")


@dataclass(frozen=True)
class Mutant:
    """One text of a function, of schema private where none is named, replaced by another.

    old: stands in the function exactly once. tests: files of tests/db, of which one should fail.
    """

    function: str
    name: str
    tests: tuple[str, ...]
    old: str
    new: str

    def statement(self, owner: psycopg.Connection[TupleRow]) -> str:
        """The function, broken. Raises ValueError when the text is not there once."""
        schema, _, name = self.function.rpartition(".")
        found = owner.execute(
            "select pg_get_functiondef(p.oid) from pg_proc as p "
            "where p.pronamespace = %s::regnamespace and p.proname = %s",
            [schema or "private", name],
        ).fetchall()
        ((body,),) = found
        if body.count(self.old) != 1:
            raise ValueError(f"{self.function} does not hold it once: {self.old}")
        return str(body.replace(self.old, self.new))


def read(page: Path) -> Iterator[Mutant]:
    """Mutants of a file: function: name (tests), then lines taken out (-) and put in (+)."""
    for block in page.read_text().strip().split("\n\n"):
        head, *lines = block.split("\n")
        found = _HEAD.fullmatch(head)
        assert found, f"{page.name}: {head}"
        old, new = ("\n".join(x[1:] for x in lines if x[0] == sign) for sign in "-+")
        yield Mutant(found[1], found[2], tuple(found[3].split()), old, new)


MUTANTS = [mutant for page in sorted(Path(__file__).parent.glob("*.diff")) for mutant in read(page)]
