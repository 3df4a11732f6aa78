"""docs/personal-columns.md: every column with words or data of a person, from
private.personal_columns."""

from collections.abc import Sequence
from typing import Any, LiteralString

from stack.stack import Stack

OUTPUT = "docs/personal-columns.md"

_HEAD = """# Personal columns

Written by `make gen` from `private.personal_columns`: every column with words or data of a person.
What an erasure is: [Privacy](privacy.md). A new column of text, JSON, bytes or addresses is here,
or in `tests/db/security/not_personal_columns.txt`, or a test fails.

"Until erased" means that nothing but an erasure ends it: the law of the deployer may ask for less.
"""

_KINDS = {
    "delete_words": (
        "The words go, their hash stays",
        "Rows of history. The row stays, its words become null, `seals` keeps their hash.",
    ),
    "blank": ("The words go", "Rows that live on: of the words an empty text or `erased` is left."),
    "delete_row": ("The row goes", "Nothing of it is left."),
    "keep_by_law": (
        "Kept",
        "No erasure touches them. How many years is for the deployer's law to say.",
    ),
    "expires": ("Goes by its age", "It names nobody whose request could find it."),
}

_QUERY: LiteralString = """
select
    erasure, table_name, string_agg('`' || column_name || '`', ', ' order by column_name), whose,
    kept_where, holds, readers, kept
from private.personal_columns
group by erasure, table_name, whose, kept_where, holds, readers, kept
order by table_name, 3
"""


def generate(stack: Stack) -> str:
    """The page."""
    with stack.connect() as connection:
        rows = connection.execute(_QUERY).fetchall()
    parts = [_HEAD]
    for kind, (title, words) in _KINDS.items():
        own = [row[1:] for row in rows if row[0] == kind]
        lines = [_line(row) for row in own]
        parts.append(
            f"\n## {title}\n\n{words}\n\n"
            "| Table | Columns | Holds | Whose | Read by | Why, how long |\n"
            "|---|---|---|---|---|---|\n" + "\n".join(lines)
        )
    return "\n".join(parts) + "\n"


def _line(row: Sequence[Any]) -> str:
    table, columns, whose, kept_where, holds, readers, kept = row
    owner = f"`{whose}`" if whose else "nobody by name"
    if kept_where:
        owner += f"; not where `{kept_where}`"
    cells = (f"`{table}`", columns, holds, owner, readers, kept)
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
