"""API Gateway HTTP API events: payload version 2.0 in, Lambda's answer out."""

import base64
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

_TEXT = ("application/json", "application/javascript", "application/xml")


@dataclass(frozen=True)
class Request:
    """One HTTP request as it came over the wire."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    client: str


@dataclass(frozen=True)
class Answer:
    """What goes back over the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @classmethod
    def message(cls, status: int, text: str) -> "Answer":
        """An answer of the gateway itself, in its own words."""
        body = json.dumps({"message": text}, separators=(",", ":")).encode()
        return cls(status, (("content-type", "application/json"),), body)


class BadAnswer(ValueError):
    """The function returned something that is not an HTTP answer."""


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _is_text(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return not kind or kind.startswith("text/") or kind in _TEXT


def event_of(request: Request, route: tuple[str, str], variables: Mapping[str, str]) -> Any:
    """The event of a request that matched a route (method, path pattern)."""
    headers = _joined((name.lower(), value) for name, value in request.headers)
    cookies = headers.pop("cookie", "")
    now = datetime.now(UTC)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{route[0]} {route[1]}",
        "rawPath": unquote(request.path),
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": headers.get("host", "").partition(":")[0],
            "domainPrefix": "local",
            "http": {
                "method": request.method,
                "path": unquote(request.path),
                "protocol": "HTTP/1.1",
                "sourceIp": request.client,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid4()),
            "routeKey": f"{route[0]} {route[1]}",
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(time.time() * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if request.query:
        event["queryStringParameters"] = _joined(parse_qsl(request.query, keep_blank_values=True))
    if variables:
        event["pathParameters"] = dict(variables)
    if request.body:
        event |= _body(request.body, headers.get("content-type", ""))
    return event


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    if _is_text(content_type):
        try:
            return {"body": body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def answer_of(result: Any) -> Answer:
    """The HTTP answer of what a function returned. Raises BadAnswer."""
    if not isinstance(result, dict) or "statusCode" not in result:
        body = json.dumps(result).encode()
        return Answer(200, (("content-type", "application/json"),), body)
    try:
        status = int(result["statusCode"])
        headers = [
            (str(name).lower(), str(value)) for name, value in (result.get("headers") or {}).items()
        ]
        for name, values in (result.get("multiValueHeaders") or {}).items():
            headers.append((str(name).lower(), ",".join(map(str, values))))
        headers += [("set-cookie", str(cookie)) for cookie in result.get("cookies") or ()]
        text = result.get("body") or ""
        body = base64.b64decode(text) if result.get("isBase64Encoded") else text.encode()
    except (TypeError, ValueError, AttributeError) as error:
        raise BadAnswer(str(error)) from error
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain; charset=utf-8"))
    return Answer(status, tuple(headers), body)
