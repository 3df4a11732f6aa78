"""functions/reference/openapi.json: the document as the API serves it."""

import json

from stack.openapi_document import document
from stack.stack import Stack

OUTPUT = "functions/reference/openapi.json"


def generate(stack: Stack) -> str:
    """The document without spaces."""
    return json.dumps(document(stack), separators=(",", ":"), ensure_ascii=False) + "\n"
