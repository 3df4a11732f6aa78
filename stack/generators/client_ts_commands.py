"""clients/ts/src/commands.ts: types of the commands, from the OpenAPI document."""

from typing import Any

from stack.client_commands import commands, of_commands
from stack.openapi_document import document
from stack.stack import Stack

OUTPUT = "clients/ts/src/commands.ts"


def generate(stack: Stack) -> str:
    """The module."""
    made = document(stack)
    parts = ["// Written by make gen from the OpenAPI document.", ""]
    for name, schema in of_commands(made).items():
        parts += [_said("", schema), f"export interface {name} {{"]
        for field, inner in schema.get("properties", {}).items():
            optional = "" if field in schema.get("required", ()) else "?"
            parts += [_said("  ", inner), f"  {field}{optional}: {_type(inner)};"]
        parts += ["}", ""]
    parts.append("// What each command takes and answers.\nexport interface Commands {")
    for each in commands(made):
        path = "; ".join(f"{name}: string" for name in each.parameters)
        answer = " | ".join(each.answers)
        parts.append(f"  /** {each.summary} */")
        parts.append(
            f"  {each.name}: {{ path: {{ {path} }}; body: {each.body}; answer: {answer} }};"
        )
    parts += ["}", "", "export const PATHS: { [name in keyof Commands]: string } = {"]
    parts += [f'  {each.name}: "{each.path}",' for each in commands(made)]
    return "\n".join(parts) + "\n};\n"


def _said(indent: str, schema: dict[str, Any]) -> str:
    return f"{indent}/** {' '.join(schema.get('description', '').split())} */"


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(map(_type, schema["anyOf"])))
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return " | ".join(f'"{each}"' if isinstance(each, str) else str(each) for each in values)
    match schema.get("type"):
        case "array":
            return f"Array<{_type(schema.get('items', {}))}>"
        case "object":
            inner = schema.get("additionalProperties")
            return f"Record<string, {_type(inner) if isinstance(inner, dict) else 'unknown'}>"
        case "integer" | "number":
            return "number"
        case "string" | "boolean" | "null" as kind:
            return str(kind)
    return "unknown"
