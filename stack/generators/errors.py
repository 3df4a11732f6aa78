"""docs/errors.md: every code a client may get, and what to do about it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from shared import db_errors, errors
from stack.paths import ROOT
from stack.stack import Stack

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
done twice. Answers of PostgREST itself (`/rest/v1`) carry the code as `message`,
and `code` is `PT` and the status; what PostgREST or Postgres refuse on their own account has their
code: [below](#postgrest-itself). What refuses below `/auth/v1` is Supabase Auth, with
[codes of its own](https://supabase.com/docs/guides/auth/debugging/error-codes).
"""

_FOOT = """
## PostgREST itself

`/rest/v1` only: a command answers what is above instead. Where a status is 500 nothing was done and
there is no defect of ours: PostgREST has no other word for it, and we cannot give it one. The same
goes for a query or a header that is not UTF-8 (`?terms=eq.%FF`): `Something went wrong`, or the
connection closes, before anything is asked of the database. The alarm for 5xx watches the HTTP
API, where all of these are a 4xx or 503.

| Code | Status | Meaning | What to do |
|---|---|---|---|
"""

_OF_POSTGREST = (
    ("22003", "400", "A number is larger than its column.", ""),
    ("22007", "400", "A time cannot be read.", ""),
    ("22008", "400", "A time lies outside of what there is.", ""),
    ("22009", "400", "A zone is off by more than 15:59 hours.", ""),
    ("22015", "400", "A length of time lies outside of what there is.", ""),
    ("22021", "400", "A text has bytes that are no characters.", ""),
    ("2201B", "400", "A regular expression cannot be read.", ""),
    ("2201W", "400", "A limit is below zero.", ""),
    ("2201X", "400", "An offset is below zero.", ""),
    ("22023", "400", "A parameter has a value that it cannot have.", ""),
    ("22P02", "400", "A value does not have the form of its type.", ""),
    ("22P05", "400", "A text has a character that cannot be kept.", ""),
    ("23502", "400", "A column that must be given is missing.", ""),
    ("23503", "409", "It names something that does not exist, or something still needs it.", ""),
    ("23505", "409", "It exists already.", ""),
    ("23514", "400", "A value is outside of what is allowed.", ""),
    ("40P01", "500", "Two waited for each other.", "Ask again."),
    ("42501", "401, 403", "You may not do this: 401 without a token, 403 with one.", ""),
    ("42703", "400", "There is no such column.", ""),
    ("42804", "400", "A value has another type than its column.", ""),
    ("42846", "400", "A value does not become one of this type.", ""),
    ("42883", "404", "There is no such function or operator for these types.", ""),
    ("42P01", "404", "There is no such table.", ""),
    ("428C9", "400", "This column is written by nobody.", ""),
    ("42704", "400", "There is no such type.", ""),
    ("54000", "413", "It is more than the database takes at once.", "Ask for less."),
    ("54001", "413", "It is nested too deeply.", "Ask for less."),
    ("55P03", "500", "Somebody else changes it.", "Ask again."),
    (
        "57014",
        "500",
        "It took too long.",
        "Ask for less: an index answers filters by id, party and time.",
    ),
    ("PGRST000", "503", "The database cannot be reached.", "Ask again."),
    ("PGRST001", "503", "The database cannot be reached.", "Ask again."),
    ("PGRST002", "503", "A new version is being put in place.", "Ask again."),
    ("PGRST003", "504", "Too many ask at the same time.", "Ask again."),
    ("PGRST100", "400", "A filter, an order or a selection cannot be read.", ""),
    ("PGRST101", "405", "A function that writes is called with POST.", ""),
    ("PGRST102", "400", "The body is no JSON, or its rows differ in their columns.", ""),
    ("PGRST103", "416", "There are no rows so far on.", ""),
    ("PGRST105", "405", "A row that is put is named by its key alone.", ""),
    ("PGRST106", "406", "There is no such schema.", ""),
    ("PGRST107", "406", "This media type is neither read nor written.", ""),
    ("PGRST108", "400", "A filter names what is not selected.", ""),
    ("PGRST116", "406", "One row was asked for, and there is none or more than one.", ""),
    ("PGRST117", "405", "There is no such method.", ""),
    ("PGRST118", "400", "Rows are ordered by what belongs to one of them only.", ""),
    ("PGRST123", "400", "Counts and sums are not open.", ""),
    ("PGRST200", "400", "These two do not belong together.", ""),
    (
        "PGRST201",
        "300",
        "These two belong together in several ways.",
        "Name one, as the answer says.",
    ),
    ("PGRST202", "404", "There is no such function with these arguments.", ""),
    ("PGRST203", "300", "Several functions have this name.", ""),
    ("PGRST204", "400", "There is no such column.", ""),
    ("PGRST205", "404", "There is no such table.", ""),
    (
        "PGRST301",
        "401",
        "The token is not valid, or has expired.",
        "Refresh your session and try again.",
    ),
    ("PGRST302", "401", "Sign in first.", ""),
)

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
        raised: list[Row] = connection.execute(
            "select code, status, detail, hint from private.refusals"
        ).fetchall()
    guards = _unknown(_guards(), raised)
    groups = {
        "Commands": sorted(raised),
        "Guards of the database": guards,
        "Requests": _unknown(_requests(), raised + guards),
    }
    parts = [_HEAD]
    for title, rows in groups.items():
        parts.append(f"\n## {title}\n\n| Code | Status | Meaning | What to do |\n|---|---|---|---|")
        parts += [
            f"| `{code}` | {status} | {detail} | {hint} |" for code, status, detail, hint in rows
        ]
    parts.append(_FOOT.rstrip("\n"))
    parts += [
        f"| `{code}` | {said} | {what} | {hint} |" for code, said, what, hint in _OF_POSTGREST
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
