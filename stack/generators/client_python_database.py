"""clients/python/holdfast/database.py: rows that PostgREST reads, as models."""

from stack.relations import Column, relations
from stack.stack import Stack

OUTPUT = "clients/python/holdfast/database.py"

_HEAD = '''"""Rows of the database, with the columns that somebody signed in may read. Written by make gen."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from holdfast.types import Amount, Answer, Time


class Row(Answer):
    """A row. relation: where it is read."""

    relation: ClassVar[str]
'''  # noqa: E501 - as it is written
_TYPES = {
    "bool": "bool", "int2": "int", "int4": "int", "int8": "int", "numeric": "float",
    "jsonb": "Any", "money_amount": "Amount", "uuid": "UUID", "timestamptz": "Time",
}  # fmt: skip


def generate(stack: Stack) -> str:
    """The module."""
    parts = [_HEAD]
    for relation in relations(stack):
        seen = [each for each in relation.columns if each.selectable]
        if seen:
            name = "".join(each.capitalize() for each in relation.name.split("_"))
            parts.append(f'\n\nclass {name}(Row):\n    """Rows of {relation.name}."""\n')
            parts.append(f'\n    relation = "{relation.name}"\n')
            parts += [f"    {each.name}: {_type(each)}\n" for each in seen]
    return "".join(parts)


def _type(column: Column) -> str:
    name = column.type.removeprefix("_") if column.array else column.type
    kind = _TYPES.get(name, "str")
    if column.values:
        kind = f"Literal[{', '.join(map(repr, column.values))}]"
    if column.array:
        kind = f"list[{kind}]"
    return f"{kind} | None" if column.nullable and kind != "Any" else kind
