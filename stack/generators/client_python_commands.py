"""clients/python/holdfast/commands.py: typed commands, from the OpenAPI document."""

import textwrap
from typing import Any

from stack.client_commands import commands, of_commands
from stack.openapi_document import document
from stack.stack import Stack

OUTPUT = "clients/python/holdfast/commands.py"

_HEAD = '''"""Commands. Written by make gen from the OpenAPI document."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from holdfast.sender import Sender
from holdfast.types import Amount, Answer, Body

'''
# How amounts begin: digits that may have a fraction.
_AMOUNT = r"(0|[1-9][0-9]{0,19})(\.[0-9]{1,18})?$"


def generate(stack: Stack) -> str:
    """The module."""
    made = document(stack)
    bodies = {each.body for each in commands(made)}
    parts = [_HEAD]
    for name, schema in of_commands(made).items():
        parts.append(f"\nclass {name}({'Body' if name in bodies else 'Answer'}):\n")
        text = " ".join(schema.get("description", "").split()) or "See its fields."
        parts.append(_doc(text, "    "))
        for field, inner in schema.get("properties", {}).items():
            default = "" if field in schema.get("required", ()) else " = None"
            kind = _type(inner)
            if default and "None" not in kind:
                kind += " | None"
            parts.append(f"    {field}: {kind}{default}\n")
        parts.append("\n")
    parts.append('\nclass Commands(Sender):\n    """Each raises Problem."""\n')
    for each in commands(made):
        places = "".join(f", {name}: UUID | str" for name in each.parameters)
        needed = of_commands(made)[each.body].get("required")
        body = f"body: {each.body}" + ("" if needed else " | None = None")
        answer = " | ".join(each.answers)
        # mypy takes no union for a type.
        ignored = "  # type: ignore[arg-type]" if len(each.answers) > 1 else ""
        parts.append(
            f"\n    def {each.name}(\n        self{places}, {body}, *, key: str | None = None\n"
            f"    ) -> {answer}:\n{_doc(each.summary + '.', '        ')}"
            f'        return self._send(\n            f"{each.path}", body, key,\n'
            f"            {answer},{ignored}\n        )\n"
        )
    return "".join(parts)


def _doc(text: str, indent: str) -> str:
    lines = textwrap.wrap(text.replace("\\", "\\\\"), 96 - len(indent))
    if len(lines) == 1 and len(lines[0]) < 90 - len(indent):
        return f'{indent}"""{lines[0]}"""\n'
    body = "\n".join(indent + line for line in lines).strip()
    return f'{indent}"""{body}\n{indent}"""\n'


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(map(_type, schema["anyOf"])))
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return f"Literal[{', '.join(map(repr, values))}]"
    match schema.get("type"):
        case "array":
            return f"list[{_type(schema.get('items', {}))}]"
        case "object":
            inner = schema.get("additionalProperties")
            return f"dict[str, {_type(inner) if isinstance(inner, dict) else 'Any'}]"
        case "string":
            return _text(schema)
        case "integer" | "number" | "boolean" | "null" as kind:
            return {"integer": "int", "number": "float", "boolean": "bool", "null": "None"}[kind]
    return "Any"


def _text(schema: dict[str, Any]) -> str:
    if str(schema.get("pattern", "")).endswith(_AMOUNT):
        return "Amount"
    return {"uuid": "UUID", "date-time": "datetime"}.get(schema.get("format", ""), "str")
