"""docs/openapi.json: the commands of all functions, and the events."""

import json

from stack.openapi_document import document
from stack.stack import Stack

OUTPUT = "docs/openapi.json"


def generate(stack: Stack) -> str:
    """The OpenAPI document."""
    return json.dumps(document(stack), indent=2, ensure_ascii=False) + "\n"
