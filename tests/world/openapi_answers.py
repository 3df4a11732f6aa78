"""What the OpenAPI document says an operation answers, beside what it was seen to answer."""

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

from shared.errors import PROBLEM_JSON
from stack.paths import ROOT

Json = dict[str, Any]


def outside(answer: httpx.Response) -> str | None:
    """What an operation answered that docs/openapi.json does not say of it; else None."""
    request = answer.request
    operation = _operation(request.method, request.url.path)
    if operation is None:
        return None
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if kind == PROBLEM_JSON:
        code = str(answer.json().get("code"))
        known = code in operation.codes.get(answer.status_code, ())
        return None if known else f"docs/openapi.json: {operation.name} does not list {code}"
    if not answer.is_success:
        return None  # Of the gateway, in its own words.
    return operation.fault(answer, kind)


@dataclass(frozen=True)
class _Operation:
    """name: its id. codes: by status."""

    name: str
    path: re.Pattern[str]
    told: Json
    codes: dict[int, frozenset[str]]
    shapes: set[str]

    def fault(self, answer: httpx.Response, kind: str) -> str | None:
        told = self.told["responses"].get(str(answer.status_code))
        if told is None:
            return f"docs/openapi.json: {self.name} does not answer {answer.status_code}"
        if kind != "application/json" or kind not in told.get("content", {}):
            return None
        body = answer.json()
        # Answers of one shape are judged once: a test that asks a thousand times waits for one.
        shape = f"{answer.status_code} {_shape(body)}"
        if shape in self.shapes:
            return None
        self.shapes.add(shape)
        # Most tests see no answer of an operation.
        from tests.world.bad_input.document import judge

        wrong = list(judge(told["content"][kind]["schema"], _document()).iter_errors(body))
        return f"docs/openapi.json: {self.name} answered {wrong[0].message}" if wrong else None


def _shape(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{','.join(f'{name}:{_shape(value[name])}' for name in sorted(value))}}}"
    if isinstance(value, list):
        return f"[{'|'.join(sorted({_shape(each) for each in value}))}]"
    return type(value).__name__


def _operation(method: str, path: str) -> _Operation | None:
    known = _operations().get((method, path.count("/")), ())
    return next((each for each in known if each.path.fullmatch(path)), None)


@cache
def _document() -> Json:
    document: Json = json.loads((ROOT / "docs/openapi.json").read_text())
    return document


@cache
def _operations() -> dict[tuple[str, int], list[_Operation]]:
    found: dict[tuple[str, int], list[_Operation]] = {}
    for path, methods in _document()["paths"].items():
        pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)))
        for method, told in methods.items():
            codes = {
                int(status): _codes(response)
                for status, response in told["responses"].items()
                if status[0] in "45"
            }
            operation = _Operation(told["operationId"], pattern, told, codes, set())
            found.setdefault((method.upper(), path.count("/")), []).append(operation)
    return found


def _codes(response: dict[str, str]) -> frozenset[str]:
    told = _document()["components"]["responses"][response["$ref"].rpartition("/")[2]]
    (content,) = told["content"].values()
    return frozenset(content["schema"]["allOf"][1]["properties"]["code"]["enum"])
