"""clients/ts/src/database.ts: types of what PostgREST reads and writes, for supabase-js."""

from collections.abc import Iterable

from stack.relations import Column, Field, Function, Relation, functions, relations
from stack.stack import Stack

OUTPUT = "clients/ts/src/database.ts"

_HEAD = """// Written by make gen. Amounts of money are strings: a number would lose digits.

export type Json = string | number | boolean | null | { [key: string]: Json } | Json[];
"""
_TYPES = {
    "bool": "boolean", "int2": "number", "int4": "number", "int8": "number", "numeric": "number",
    "jsonb": "Json",
}  # fmt: skip


def generate(stack: Stack) -> str:
    """The module."""
    found = relations(stack)
    parts = [_HEAD, "export type Database = {", "  public: {", "    Tables: {"]
    parts += [_relation(each) for each in found]
    parts += ["    };", "    Views: {};", "    Functions: {"]
    parts += [_function(each) for each in functions(stack)]
    parts += ["    };", "    Enums: {};", "    CompositeTypes: {};", "  };", "};", ""]
    return "\n".join(parts)


def _relation(relation: Relation) -> str:
    columns = relation.columns
    row = _object(
        (each.name, _type(each) + (" | null" if each.nullable else ""), False)
        for each in columns
        if each.selectable
    )
    insert = _object(
        (each.name, _type(each) + (" | null" if each.nullable else ""), each.optional)
        for each in columns
        if each.insertable
    )
    update = _object(
        (each.name, _type(each) + (" | null" if each.nullable else ""), True)
        for each in columns
        if each.updatable
    )
    return (
        f"      {relation.name}: {{\n        Row: {row};\n        Insert: {insert};\n"
        f"        Update: {update};\n        Relationships: [];\n      }};"
    )


def _function(function: Function) -> str:
    arguments = _object(
        (name, _TYPES.get(kind, "string"), place >= function.required)
        for place, (name, kind) in enumerate(function.arguments)
    )
    return f"      {function.name}: {{ Args: {arguments}; Returns: {_returns(function)} }};"


def _returns(function: Function) -> str:
    """What a call answers. A function may leave any column empty: Postgres says no more of it."""
    if not function.fields:
        return "undefined"
    first = function.fields[0]
    if first.name:
        row = _object((each.name, f"{_type(each)} | null", False) for each in function.fields)
        return f"{row}[]" if function.many else row
    if function.many:
        return f"{_type(first)}[]"
    return "Json" if first.type == "jsonb" else f"{_type(first)} | null"


def _object(fields: Iterable[tuple[str, str, bool]]) -> str:
    told = [f"{name}{'?' if optional else ''}: {kind}" for name, kind, optional in fields]
    return "{ " + "; ".join(told) + " }" if told else "{ [column in never]: never }"


def _type(column: Column | Field) -> str:
    name = column.type.removeprefix("_") if column.array else column.type
    kind = " | ".join(f'"{each}"' for each in column.values) or _TYPES.get(name, "string")
    if not column.array:
        return kind
    return f"({kind})[]" if column.values else f"{kind}[]"
