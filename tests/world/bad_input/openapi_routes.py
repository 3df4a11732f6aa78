"""Every HTTP command of people in docs/openapi.json, with a right body made from its schema."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

from jsonschema.protocols import Validator

from shared.idempotency import KEY_HEADER
from stack.paths import ROOT
from tests.world.bad_input.document import judge

_DOCUMENT = json.loads((ROOT / "docs/openapi.json").read_text())
Schema = dict[str, Any]


def _resolved(schema: Schema) -> Schema:
    """A schema with its references followed, and the null alternative marked."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _resolved(_DOCUMENT["components"]["schemas"][name])
    if "anyOf" in schema and "properties" not in schema:
        (plain,) = (each for each in schema["anyOf"] if each.get("type") != "null")
        return {**_resolved(plain), "nullable": True}
    return schema


# A text for each pattern in the document: a new pattern has none here and fails.
_PATTERNS = {
    "^(0|[1-9][0-9]{0,19})(\\.[0-9]{1,18})?$": "0.01",
    "^(?=.*[1-9])(0|[1-9][0-9]{0,19})(\\.[0-9]{1,18})?$": "0.01",
    "^[0-9a-f]{64}$": "b" * 64,
    "^(uphold|dismiss)$": "dismiss",
    "^[a-z_]+:[a-z_]+$": "wallets:read",
    "^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$": "127.0.0.0/8",
    "^(phone|id_document|address|biometric)$": "phone",
    "^[a-z][a-z0-9_]{1,39}$": "sepa",
    "^[a-z][a-z0-9_]{1,31}$": "base",
    "^[a-z][a-z_]{1,39}$": "case",
    "^[a-z][a-z0-9_]{0,62}$": "quotas",
    "^[1-9][0-9]{0,14}$": "1",
    "^[0-9]{17,20}$": "1" * 18,
    r"^(100|(0|[1-9][0-9]?)(\.[0-9]{1,4})?)$": "7",
    "^[a-z]{2}$": "en",
    "^[A-Z]{2}$": "DE",
    r"^[^@\s]+@[^@\s]+\.[^@\s.]+$": "help@forge.example",
    r"^(\*|[a-z0-9_]+(\.[a-z0-9_]+)*(\.\*)?)$": "escrow.*",
}


def _right(schema: Schema) -> Any:
    if schema["type"] == "array":
        return [_right(_resolved(schema["items"]))]
    if schema["type"] == "object":
        if "patternProperties" in schema:
            ((name, part),) = schema["patternProperties"].items()
            return {_PATTERNS[name]: _right(_resolved(part))}
        # What a caller keeps with us is of any shape.
        parts = schema.get("properties", {}).items()
        return {name: _right(_resolved(part)) for name, part in parts}
    if "const" in schema:
        return schema["const"]
    if schema["type"] == "string":
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("format") == "uuid":
            return str(uuid4())
        if schema.get("format") == "date-time":
            return "2026-01-01T00:00:00Z"
        if "pattern" in schema:
            return _PATTERNS[schema["pattern"]]
        return "A text that is long enough for its field."[: schema.get("maxLength", 99)]
    return {"integer": int(schema.get("minimum", 1)) or 1, "boolean": True}[schema["type"]]


@dataclass(frozen=True)
class Route:
    """A command of the API."""

    method: str
    path: str
    schema: Schema

    @property
    def word(self) -> str:
        return self.path.strip("/").rpartition("/")[2]

    @cached_property
    def judge(self) -> Validator:
        """Knows which bodies the document allows."""
        return judge(self.schema, _DOCUMENT)

    @cached_property
    def fields(self) -> dict[str, Schema]:
        properties: dict[str, Schema] = self.schema.get("properties", {})
        return {name: _resolved(each) for name, each in properties.items()}

    @property
    def required(self) -> set[str]:
        return set(self.schema.get("required", ()))

    def right_body(self) -> dict[str, Any]:
        """A body that the schema allows, with every field but an expected_version that may be
        left out; where the schema knows several ways to say it, the last of them."""
        needed = [*self.fields]
        told: Schema = {}
        if "anyOf" in self.schema:
            way = self.schema["anyOf"][-1]
            needed, told = sorted({*self.required, *way["required"]}), way["properties"]
        return {
            name: told.get(name, {}).get("const", _right(self.fields[name]))
            for name in needed
            if name != "expected_version" or name in self.required
        }

    def at(self, identifier: object) -> str:
        """The path, with an id in it where it takes one."""
        before, brace, rest = self.path.partition("{")
        return before + (str(identifier) + rest.partition("}")[2] if brace else "")


def _is_keyed(operation: dict[str, Any]) -> bool:
    return any(each["name"] == KEY_HEADER for each in operation.get("parameters", ()))


def routes() -> dict[str, Route]:
    """All of them by path."""
    found = {}
    for path, operations in _DOCUMENT["paths"].items():
        for method, operation in operations.items():
            if not _is_keyed(operation):
                continue
            content = operation["requestBody"]["content"]["application/json"]
            found[path] = Route(method, path, _resolved(content["schema"]))
    return found


UNKEYED = {
    path
    for path, operations in _DOCUMENT["paths"].items()
    if "post" in operations and not _is_keyed(operations["post"])
}
"""Paths that take no key: messages that are signed instead, and sign-in."""

ROUTES = routes()
