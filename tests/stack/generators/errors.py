"""docs/errors.md: every code a client may get, and what to do about it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from shared import db_errors, errors
from tests.stack.paths import ROOT
from tests.stack.stack import Stack

OUTPUT = "docs/errors.md"

_HEAD = """# Errors

Written by `make gen`. Every refusal is a problem document (RFC 9457, `application/problem+json`):

```json
{"type": "urn:holdfast:problem:illegal_move", "code": "illegal_move", "title": "Illegal move",
 "status": 409, "detail": "This move does not exist in the present state.",
 "hint": "See the table of moves.", "request_id": "3f1c…"}
```

`code` is stable: programs may rely on it. `detail` and `hint` are for people and may change.
`request_id` names the request in our logs. A refused command has changed nothing. After
`unavailable`, `busy` or `timeout` (503) ask again **with the same Idempotency-Key**: nothing is
done twice. Answers of PostgREST itself (`/rest/v1`) carry the code as `message`.

One answer of 500 there is no defect of ours, and cannot be mended by us: where a query or a header
is not UTF-8 (`?terms=eq.%FF`), PostgREST says `Something went wrong` or closes the connection
before anything is asked of the database. The alarm for 5xx watches the HTTP API, where the same is
a 4xx.
"""

_RAISED = re.compile(
    r"raise sqlstate 'PT(?P<status>\d{3})' using\s+message = '(?P<code>[a-z_]+)',\s+"
    r"detail = (?:format\()?'(?P<detail>(?:[^']|'')*)'"
    r"(?:[^;]*?hint = '(?P<hint>(?:[^']|'')*)')?[^;]*;"
)
_FORMATTED = re.compile(r"(%[sIL]\.?)*%[sIL]")

Row = tuple[str, int, str, str]


def generate(stack: Stack) -> str:
    """The page."""
    with stack.connect() as connection:
        judged: list[Row] = connection.execute(
            "select code, status, detail, hint from private.refusals"
        ).fetchall()
    guards = _unknown(_guards(), judged)
    groups = {
        "Commands": sorted(judged),
        "Guards of the database": guards,
        "Requests": _unknown(_requests(), judged + guards),
    }
    parts = [_HEAD]
    for title, rows in groups.items():
        parts.append(f"\n## {title}\n\n| Code | Status | Meaning | What to do |\n|---|---|---|---|")
        parts += [
            f"| `{code}` | {status} | {detail} | {hint} |" for code, status, detail, hint in rows
        ]
    return "\n".join(parts) + "\n"


def _unknown(rows: Iterator[Row], known: list[Row]) -> list[Row]:
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(row[0], row)
    return sorted(row for code, row in found.items() if code not in {row[0] for row in known})


def _guards() -> Iterator[Row]:
    """What SQL raises by itself."""
    for file in sorted((ROOT / "supabase" / "migrations").glob("*.sql")):
        for match in _RAISED.finditer(file.read_text()):
            detail = _FORMATTED.sub("…", match["detail"].replace("''", "'"))
            yield match["code"], int(match["status"]), detail, (match["hint"] or "")


def _requests() -> Iterator[Row]:
    """What the functions refuse before they ask the database, or make of its errors."""
    for slug, (kind, detail, hint) in db_errors._PROBLEMS.items():
        yield slug, kind.status, detail, hint or ""
    for folder in ("shared", "functions"):
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield from _raised_in(file)


def _raised_in(file: Path) -> Iterator[Row]:
    kinds = {
        name: kind
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.Problem)
    }
    for node in ast.walk(ast.parse(file.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        kind = kinds.get(node.func.id)
        if kind is None or not node.args:
            continue
        slug, detail, hint = (_text(node.args, index) for index in range(3))
        if detail:
            yield slug or kind.slug, _status(node, kind), detail, hint


def _status(call: ast.Call, kind: type[errors.Problem]) -> int:
    said = [each.value for each in call.keywords if each.arg == "status"]
    return int(ast.literal_eval(said[0])) if said else kind.status


def _text(arguments: list[ast.expr], index: int) -> str:
    if index >= len(arguments):
        return ""
    argument = arguments[index]
    if isinstance(argument, ast.Constant):
        return str(argument.value or "")
    if isinstance(argument, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "…" for part in argument.values
        )
    return ""
