"""Commands of the OpenAPI document as typed clients see them: no signed webhooks, no pages, no
sign-in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared.idempotency import KEY_HEADER

_REF = "#/components/schemas/"


@dataclass(frozen=True)
class Command:
    """One command. parameters: of its path. body and answers: names of schemas."""

    name: str
    path: str
    summary: str
    parameters: tuple[str, ...]
    body: str
    answers: tuple[str, ...]


def commands(document: dict[str, Any]) -> list[Command]:
    """Every command that carries a key, in the order of the document."""
    return [
        Command(
            operation["operationId"],
            path,
            operation["summary"],
            tuple(part[1:-1] for part in path.split("/") if part.startswith("{")),
            _schema(operation["requestBody"]),
            tuple(
                _schema(response)
                for status, response in operation["responses"].items()
                if status.startswith("2")
            ),
        )
        for path, methods in document["paths"].items()
        for operation in methods.values()
        if any(each["name"] == KEY_HEADER for each in operation.get("parameters", ()))
    ]


def of_commands(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The schemas that commands use, by name."""
    schemas: dict[str, dict[str, Any]] = document["components"]["schemas"]
    waiting = [name for each in commands(document) for name in (each.body, *each.answers)]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(schemas[name])
    return {name: schemas[name] for name in schemas if name in found}


def _schema(content: dict[str, Any]) -> str:
    (found,) = content["content"].values()
    return str(found["schema"]["$ref"]).removeprefix(_REF)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield str(value["$ref"]).removeprefix(_REF)
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)
