"""One OpenAPI document of all functions. For generators; no function imports this."""

import json
from collections.abc import Iterable
from typing import Any

from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer

from shared.api import Api
from shared.errors import PROBLEM_JSON
from shared.idempotency import KEY_HEADER, REPLAYED_HEADER

_SCHEMAS = "#/components/schemas/"
# What Powertools says of errors; ours are problems.
_REPLACED = ("HTTPValidationError", "ValidationError", "ResponseValidationError")

_PROBLEM = {
    "type": "object",
    "description": "A refusal (RFC 9457). `code` is stable; texts may change.",
    "required": ["type", "code", "title", "status", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:holdfast:problem:illegal_move"]},
        "code": {"type": "string", "examples": ["illegal_move"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "hint": {"type": "string"},
        "request_id": {"type": "string"},
        "limit": {
            "type": "object",
            "description": "Of limit_exceeded: which limit, what is left, when some of it frees.",
            "properties": {
                "name": {"type": "string", "examples": ["daily"]},
                "side": {"type": "string"},
                "maximum": {"type": "string"},
                "left": {"type": "string"},
                "unit": {"type": "string", "examples": ["USD", "trades"]},
                "frees_at": {"type": ["string", "null"], "format": "date-time"},
            },
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}

_KEY = {
    "name": KEY_HEADER,
    "in": "header",
    "required": True,
    "description": "Names this command. Repeat a command with the same key: it is done once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


_PROBLEM_RESPONSE = {
    "description": "Refused.",
    "content": {PROBLEM_JSON: {"schema": {"$ref": _SCHEMAS + "Problem"}}},
}

_RESPONSE_HEADERS = {
    "X-Request-Id": {"description": "Names this request in our logs.", "schema": {"type": "string"}}
}
_REPLAYED = {
    REPLAYED_HEADER: {
        "description": "`true` when this answer was given before for the same key.",
        "schema": {"type": "string"},
    }
}


class OpenApiConflict(ValueError):
    """Two functions serve one path, or give one schema name to two shapes."""


def openapi(apps: Iterable[Api], *, version: str = "1") -> dict[str, Any]:
    """The OpenAPI 3.1 document of these applications. Raises OpenApiConflict."""
    paths: dict[str, dict[str, Any]] = {}
    schemas: dict[str, Any] = {"Problem": _PROBLEM}
    for app in apps:
        text = app.get_openapi_json_schema(
            title="Holdfast", version=version, security_schemes={"bearer": HTTPBearer()}
        )
        part = json.loads(text)
        for path, operations in part.get("paths", {}).items():
            if path in paths:
                raise OpenApiConflict(f"{path} stands in two functions")
            paths[path] = {
                method: _operation(operation, app, part, command=method != "get")
                for method, operation in operations.items()
            }
        for name, schema in part.get("components", {}).get("schemas", {}).items():
            if name not in _REPLACED and schemas.setdefault(name, schema) != schema:
                raise OpenApiConflict(f"schema {name} has two shapes")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Holdfast",
            "version": version,
            "description": "Commands. Everything else is read and written through PostgREST.",
        },
        "security": [{"bearer": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _operation(
    operation: dict[str, Any], app: Api, document: dict[str, Any], *, command: bool
) -> dict[str, Any]:
    keyed = app.signed_in and command
    headers = _RESPONSE_HEADERS | (_REPLAYED if keyed else {})
    responses: dict[str, Any] = {
        status: {**response, "headers": headers}
        for status, response in operation["responses"].items()
        if status.startswith("2")
    }
    described = {**operation, "responses": {**responses, "default": _PROBLEM_RESPONSE}}
    if body := operation.get("requestBody"):
        described["requestBody"] = {**body, "required": _must_say(body, document)}
    if keyed:
        described["parameters"] = [*operation.get("parameters", []), _KEY]
    if not app.signed_in:
        described.setdefault("security", [])
    if app.signed_by is not None and command:
        headers_of = [_header(*each) for each in app.signed_by.items()]
        described["parameters"] = [*operation.get("parameters", []), *headers_of]
        described["requestBody"] = {
            "description": "The event, as it was signed.",
            "required": True,
            "content": {app.takes: {"schema": {"type": "object"}}},
        }
    return described


def _must_say(body: dict[str, Any], document: dict[str, Any]) -> bool:
    """Whether a command has fields that may not be left out: else it needs no body."""
    name = body["content"]["application/json"]["schema"]["$ref"].removeprefix(_SCHEMAS)
    schema = document["components"]["schemas"][name]
    return bool(schema.get("required") or schema.get("anyOf"))


def _header(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name, "in": "header", "required": True, "description": description,
        "schema": {"type": "string", "minLength": 1},
    }  # fmt: skip
