"""shared/generated/refusals.py: the codes of refusals, mirrored from private.refusals."""

from stack.stack import Stack

OUTPUT = "shared/generated/refusals.py"

_HEAD = '''"""Why commands are refused: private.refusals. Written by make gen."""

from typing import NamedTuple


class Refusal(NamedTuple):
    """HTTP status, one sentence, and what to do about it (may be empty)."""

    status: int
    detail: str
    hint: str


REFUSALS: dict[str, Refusal] = {
'''


def generate(stack: Stack) -> str:
    """The content of the module."""
    with stack.connect() as connection:
        rows = connection.execute(
            'select code, status, detail, hint from private.refusals order by code collate "C"'
        ).fetchall()
    return _HEAD + "".join(f"    {row[0]!r}: Refusal{row[1:]!r},\n" for row in rows) + "}\n"
