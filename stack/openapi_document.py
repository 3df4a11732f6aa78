"""The OpenAPI document with everything that no function says by itself: groups, readable names,
fields in words, refusals of each operation, and webhooks."""

import importlib
import inspect
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from shared.api import Api
from shared.errors import PROBLEM_JSON
from shared.openapi import openapi
from stack import template
from stack.events import FAMILIES, schema_of
from stack.generators.errors import rows
from stack.openapi_words import FIELDS, SCHEMAS, TAGS
from stack.paths import version
from stack.refusal_codes import RefusalCodes
from stack.stack import Stack

_REF = "#/components/schemas/"
_SERVERS = [
    {
        "url": "https://{api}.execute-api.{region}.amazonaws.com",
        "description": "A deployment: the output ApiUrl of its stack.",
        "variables": {"api": {"default": "api"}, "region": {"default": "eu-central-1"}},
    },
    {"url": "http://127.0.0.1:54321", "description": "The local stack of `make up`."},
]
_SAID = re.compile(r"(?:^|(?<=[.;] ))((?:[a-z][a-z0-9_]*(?:, | and )?)+): ")


@cache
def document(stack: Stack) -> dict[str, Any]:
    """The document, described by the functions and this stack's database."""
    made = openapi(apps(), version=version())
    made["servers"] = _SERVERS
    made["info"]["license"] = {"name": "MIT", "identifier": "MIT"}
    codes = RefusalCodes(stack, {code: status for code, status, *_ in rows(stack)})
    refused: dict[str, Any] = {}
    made["components"]["responses"] = refused
    for app in apps():
        for route in app._static_routes + app._dynamic_routes:
            operation = made["paths"][route.openapi_path][route.method.lower()]
            operation["tags"] = [route.func.__module__.split(".")[1]]
            operation["operationId"] = operation_id(route.method, route.openapi_path)
            operation["summary"], operation["description"] = _texts(route.func)
            _refusals(operation, codes.of(route.func, app), refused)
            for parameter in operation.get("parameters", ()):
                known = FIELDS.get(parameter["name"], f"Id of the {_words(parameter['name'])}.")
                parameter.setdefault("description", known)
    made["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    made = _renamed(made)
    for schema in made["components"]["schemas"].values():
        _describe(schema)
    made["webhooks"] = _webhooks(stack, made["components"]["schemas"])
    made["components"]["schemas"] = dict(sorted(made["components"]["schemas"].items()))
    return made


def apps() -> list[Api]:
    """The application of every function of the template that serves the HTTP API; pages are no part
    of it."""
    functions = template.functions(template.load()).values()
    return [_module(each).app for each in functions if each.routes and each.name not in pages()]


@cache
def pages() -> frozenset[str]:
    """Names of the functions that answer people with pages."""
    functions = template.functions(template.load()).values()
    return frozenset(
        each.name for each in functions if each.routes and hasattr(_module(each), "site")
    )


def _module(function: template.Function) -> Any:
    return importlib.import_module(function.handler.rpartition(".")[0])


def operation_id(method: str, path: str) -> str:
    """order_take for POST /orders/{order_id}/take, deposit_create for POST /deposits."""
    parts = [each.replace("-", "_") for each in path.split("/")[1:] if not each.startswith("{")]
    if method == "GET":
        return "get_" + "_".join(parts).replace(".", "_")
    thing = re.sub(r"ies$", "y", parts[0])
    thing = re.sub(r"(?<=ss)es$|s$", "", thing)
    return "_".join([thing, *(parts[1:] or ["create"])])


def _texts(function: Any) -> tuple[str, str]:
    text = _line(inspect.getdoc(function) or "")
    return text.split(". ")[0].rstrip("."), text


def _line(text: str) -> str:
    return " ".join(text.split())


def _words(name: str) -> str:
    return name.removesuffix("_id").replace("_", " ")


def _refusals(
    operation: dict[str, Any], codes: dict[int, list[str]], refused: dict[str, Any]
) -> None:
    """Name the codes of each status. Operations that refuse for the same reasons share them."""
    problem = operation["responses"].pop("default")
    for status, known in codes.items():
        of_status = {"type": "object", "properties": {"code": {"enum": known}}}
        schema = {"allOf": [{"$ref": _REF + "Problem"}, of_status]}
        told = {**problem, "content": {PROBLEM_JSON: {"schema": schema}}}
        same = next((name for name, each in refused.items() if each == told), None)
        name = same or f"{operation['operationId']}_{status}"
        refused[name] = told
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/{name}"}


def _renamed(made: dict[str, Any]) -> dict[str, Any]:
    """With schemas that are named for what they are: a body that one operation takes after it."""
    names = dict(SCHEMAS)
    uses: dict[str, list[str]] = {}
    for operation in operations(made):
        for body in _bodies(operation):
            uses.setdefault(body, []).append(operation["operationId"])
    for name, users in uses.items():
        if len(users) == 1:
            names[name] = "".join(each.capitalize() for each in users[0].split("_"))
    taken = made["components"]["schemas"].keys() - names.keys()
    assert not taken & {*names.values()}, "two schemas of one name"
    text = json.dumps(made)
    for old, new in names.items():
        text = text.replace(f'"{_REF}{old}"', f'"{_REF}{new}"')
    renamed: dict[str, Any] = json.loads(text)
    schemas = renamed["components"]["schemas"]
    renamed["components"]["schemas"] = {names.get(name, name): schemas[name] for name in schemas}
    return renamed


def operations(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operation of a document."""
    for methods in made["paths"].values():
        yield from methods.values()


def _bodies(operation: dict[str, Any]) -> Iterator[str]:
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if name := content["schema"].get("$ref", "").removeprefix(_REF):
            yield name


def _describe(schema: dict[str, Any]) -> None:
    """Give each field its words: of the docstring, else those that its name has everywhere."""
    said = _said(_line(schema.get("description", "")))
    for name, field in schema.get("properties", {}).items():
        if text := field.get("description") or said.get(name) or FIELDS.get(name):
            field["description"] = text
        for inner in (field, field.get("items", {})):
            _describe(inner)


def _said(text: str) -> dict[str, str]:
    """What `name: words` and `one, two: words` of a docstring say of fields."""
    found: dict[str, str] = {}
    parts = _SAID.split(text)
    for names, words in zip(parts[1::2], parts[2::2], strict=True):
        for name in re.split(r", | and ", names):
            found[name] = _sentence(words)
    return found


def _sentence(words: str) -> str:
    text = words.strip().rstrip(";.")
    return f"{text[:1].upper()}{text[1:]}."


def _webhooks(stack: Stack, schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with stack.connect() as connection:
        for family in FAMILIES:
            names = family.names(connection)
            title = "".join(each.capitalize() for each in family.name.split("_")) + "Event"
            schemas[title] = schema_of(family, names)
            for name in names or [f"{family.name}.*"]:
                found[name] = _webhook(name, title, family.tells)
    return found


def _webhook(name: str, title: str, tells: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": _REF + title}}}
    return {
        "post": {
            "operationId": "on_" + re.sub(r"\W+", "_", name).strip("_"),
            "summary": f"{name}, told to {tells}",
            "description": "Signed as Standard Webhooks 1.0.0; see docs/webhooks.md.",
            "tags": ["webhooks"],
            "security": [],
            "requestBody": {"required": True, "content": content},
            "responses": {
                "2XX": {"description": "Taken."},
                "4XX": {"description": "Sent again later; 410 disables the endpoint."},
            },
        }
    }
