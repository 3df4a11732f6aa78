"""docs/openapi.json: the commands of all functions."""

import importlib
import inspect
import json
from typing import Any

from shared.api import Api
from shared.openapi import openapi
from stack import template
from stack.paths import version
from stack.stack import Stack

OUTPUT = "docs/openapi.json"


def generate(stack: Stack) -> str:
    """The OpenAPI document."""
    document = openapi(apps(), version=version())
    for app in apps():
        for route in app._static_routes + app._dynamic_routes:
            path = document["paths"][route.openapi_path]
            _describe(path[route.method.lower()], inspect.getdoc(route.func) or "")
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def apps() -> list[Api]:
    """The application of every function of the template that serves the HTTP API."""
    found = []
    for function in template.functions(template.load()).values():
        if function.routes:
            module = importlib.import_module(function.handler.rpartition(".")[0])
            found.append(module.app)
    return found


def _describe(operation: dict[str, Any], text: str) -> None:
    operation["summary"] = " ".join(text.split())
