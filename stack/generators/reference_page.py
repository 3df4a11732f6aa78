"""functions/reference/docs.html: the document as one page, without scripts and outside parts."""

from collections.abc import Iterator
from html import escape
from typing import Any

from stack.openapi_document import document
from stack.openapi_words import TAGS
from stack.stack import Stack

OUTPUT = "functions/reference/docs.html"

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Holdfast API</title><style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff }
code { font: 0.9em ui-monospace, monospace } summary { cursor: pointer; padding: 0.3rem 0 }
table { border-collapse: collapse } th, td { text-align: left; vertical-align: top;
  padding: 0.2rem 1rem 0.2rem 0; border-bottom: 1px solid #ddd }
details details { margin-left: 1rem }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #161616 } a { color: #8cf } }
</style></head><body><main>
"""


def generate(stack: Stack) -> str:
    """The page."""
    made = document(stack)
    return _HEAD + "\n".join(_parts(made)) + "\n</main></body></html>\n"


def _parts(made: dict[str, Any]) -> Iterator[str]:
    info = made["info"]
    yield f"<h1>{escape(info['title'])} {escape(info['version'])}</h1>"
    yield f'<p>{escape(info["description"])} <a href="openapi.json">openapi.json</a></p>'
    operations = [
        (f"{method.upper()} {path}", operation)
        for path, methods in made["paths"].items()
        for method, operation in methods.items()
    ]
    for tag, text in TAGS.items():
        found = [each for each in operations if each[1]["tags"] == [tag]]
        if found:
            yield f'<h2 id="{tag}">{escape(tag)}</h2><p>{escape(text)}</p>'
            for title, operation in found:
                yield from _operation(made, title, operation)
    yield '<h2 id="events">Events</h2><p>Sent as webhooks and kept in the feed.</p>'
    for name, hook in made["webhooks"].items():
        yield from _operation(made, name, hook["post"])


def _operation(made: dict[str, Any], title: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f'<details id="{operation["operationId"]}"><summary><code>{escape(title)}</code> '
    yield f"{escape(operation['summary'])}</summary><p>{escape(operation['description'])}</p>"
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from _schema(made, "Body", content["schema"])
    yield "<table><tr><th>Status</th><th>Answer</th></tr>"
    for status, response in operation["responses"].items():
        yield f"<tr><td>{status}</td><td>{_answer(_resolved(made, response))}</td></tr>"
    yield "</table>"
    for status, response in operation["responses"].items():
        for content in response.get("content", {}).values():
            yield from _schema(made, f"Answer {status}", content.get("schema", {}))
    yield "</details>"


def _answer(response: dict[str, Any]) -> str:
    codes = [
        code
        for content in response.get("content", {}).values()
        for part in content.get("schema", {}).get("allOf", ())
        for code in part.get("properties", {}).get("code", {}).get("enum", ())
    ]
    return ", ".join(f"<code>{code}</code>" for code in codes) or escape(response["description"])


def _schema(made: dict[str, Any], title: str, schema: dict[str, Any]) -> Iterator[str]:
    fields = _resolved(made, schema).get("properties", {})
    if not fields:
        return
    required = _resolved(made, schema).get("required", ())
    yield f"<details open><summary>{title}</summary><table>"
    for name, field in fields.items():
        inner = _resolved(made, field).get("properties")
        text = field.get("description", "") + (f" {{{', '.join(inner)}}}" if inner else "")
        star = "" if name in required else " (optional)"
        yield f"<tr><td><code>{name}</code>{star}</td><td>{escape(text)}</td></tr>"
    yield "</table></details>"


def _resolved(made: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in value:
        return value
    found: Any = made
    for part in value["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    resolved: dict[str, Any] = found
    return resolved
