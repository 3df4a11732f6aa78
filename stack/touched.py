"""`python -m stack.touched [--sql] [base]`: the test files that a change touches, a line
each; with --sql the SQL files that it changes.

A change is what differs from the base (a commit; main of the origin by default) or is not yet
committed. A test file is touched when it, or what it imports, has changed; when it names a
function's route, logical id or folder whose code has changed; or when it names a table,
function or type that a changed SQL file makes. A guess that saves time before a commit, and no
more: only the whole suite says that a change is good.
"""

import argparse
import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from stack import template
from stack.paths import ROOT

# Where a test and its helpers live.
_TESTING = ("tests", "stack", "demo")
_MADE = re.compile(
    r"^create (?:or replace )?(?:function|table|view|type|domain|procedure|aggregate) "
    r"(?:if not exists )?(?:\w+\.)?(\w+)",
    re.MULTILINE,
)


def _git(*words: str) -> list[str]:
    said = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return said.stdout.splitlines() if said.returncode == 0 else []


def changed(base: str) -> set[Path]:
    """Files that differ from where this branch left the base, committed or not."""
    left = _git("merge-base", "HEAD", base) or ["HEAD"]
    names = [*_git("diff", "--name-only", left[0]), *_git("ls-files", "-o", "--exclude-standard")]
    return {ROOT / name for name in names}


@cache
def imports(file: Path) -> frozenset[Path]:
    """Files of this repository that a Python file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
        elif isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
    paths = (ROOT / f"{name.replace('.', '/')}.py" for name in found)
    return frozenset(path for path in paths if path.exists())


def reach(file: Path) -> set[Path]:
    """A Python file and all of this repository that it imports, directly or not."""
    seen: set[Path] = set()
    left = [
        file,
        *(each / "conftest.py" for each in file.parents if (each / "conftest.py").exists()),
    ]
    while left:
        each = left.pop()
        if each not in seen:
            seen.add(each)
            left += imports(each)
    return seen


def words(files: Iterable[Path]) -> Iterator[str]:
    """What a test that is about these files would name."""
    functions = template.functions(template.load()).values()
    for file in files:
        if file.suffix == ".sql" and file.exists():
            yield from _MADE.findall(file.read_text())
        elif file.parent.parent == ROOT / "functions":
            yield f"functions.{file.parent.name}"
            for function in functions:
                if function.handler.startswith(f"functions.{file.parent.name}."):
                    yield function.name
                    for _, path in function.routes:
                        yield path.split("{")[0]


def touched(base: str) -> list[Path]:
    """Test files that a change since `base` touches."""
    files = changed(base)
    named = set(words(files))
    pattern = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in sorted(named)))
    return [
        test
        for test in sorted((ROOT / "tests").rglob("test_*.py"))
        if files & reach(test)
        or (
            named
            and any(
                pattern.search(each.read_text())
                for each in {test, *imports(test)}
                if each.relative_to(ROOT).parts[0] in _TESTING
            )
        )
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sql", action="store_true")
    parser.add_argument("base", nargs="?", default="origin/main")
    given = parser.parse_args()
    if given.sql:
        files = sorted(
            file for file in changed(given.base) if file.suffix == ".sql" and file.exists()
        )
    else:
        files = touched(given.base)
    for file in files:
        print(file.relative_to(ROOT))


if __name__ == "__main__":
    main()
