"""Events of API Gateway's HTTP API (payload version 2.0) for tests of handlers."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from shared.telemetry import Handler


@dataclass
class Context:
    """The part of Lambda's context object that our code reads."""

    aws_request_id: str = "lambda-1"
    function_name: str = "test"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:test"

    def get_remaining_time_in_millis(self) -> int:
        return 10_000


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


def event(
    method: str, path: str, body: str | bytes | None = None, **headers: str
) -> dict[str, Any]:
    """One request; header names with underscores for hyphens; bytes travel in base64."""
    named = {name.replace("_", "-").lower(): value for name, value in headers.items()}
    encoded = isinstance(body, bytes)
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": named,
        "requestContext": {
            "requestId": "gateway-1",
            "stage": "$default",
            "http": {"method": method, "path": path, "sourceIp": "192.0.2.1"},
        },
        "body": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        "isBase64Encoded": encoded,
    }


def call(handler: Handler, request: dict[str, Any]) -> Answer:
    """The handler's answer, body parsed."""
    answer = handler(request, Context())
    return Answer(answer["statusCode"], answer["headers"], json.loads(answer["body"]))
