"""CORS as API Gateway answers it for an API that has a CorsConfiguration."""

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

from stack.http_events import Answer, Request
from stack.template import resources

LOOPBACK = ("http://localhost:*", "http://127.0.0.1:*")
"""Origins of this machine, whatever their port: what the local stack allows. S3 reads them so
too; to API Gateway they would be no origins."""


OF_AUTH: Mapping[str, Any] = {
    "AllowMethods": ["GET", "POST", "PUT", "DELETE"],
    "AllowHeaders": [
        "apikey", "authorization", "content-type", "x-client-info", "x-supabase-api-version",
    ],
    "ExposeHeaders": ["link", "x-sb-error-code", "x-supabase-api-version", "x-total-count"],
    "MaxAge": 3600,
}  # fmt: skip
"""What Supabase Auth allows and shows to pages; hosted from every origin."""


class Cors:
    """The answers to browsers of one API. said: its CorsConfiguration; without one it says
    nothing."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = said

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Cors":
        """Of a template, whose one HTTP API may have a CorsConfiguration."""
        apis = resources(document, "AWS::ApiGatewayV2::Api").values()
        return cls(allowed(next((each.get("CorsConfiguration") for each in apis), None)))

    def preflight(self, request: Request) -> Answer | None:
        """The answer to a preflight, which no function sees; None when it is none."""
        if request.method != "OPTIONS" or not self._said:
            return None
        headers = self._of_origin(request)
        if headers:
            headers |= {
                "access-control-allow-methods": ",".join(self._said["AllowMethods"]),
                "access-control-allow-headers": ",".join(self._said["AllowHeaders"]),
                "access-control-max-age": str(self._said["MaxAge"]),
            }
        return Answer(204, tuple(headers.items()), b"")

    def added(self, request: Request, answer: Answer) -> Answer:
        """An answer with what a browser of the request's origin must be told."""
        headers = self._of_origin(request)
        return replace(answer, headers=(*answer.headers, *headers.items())) if headers else answer

    def _of_origin(self, request: Request) -> dict[str, str]:
        origin = dict((name.lower(), value) for name, value in request.headers).get("origin", "")
        if not self._said or not any(fnmatchcase(origin, each) for each in LOOPBACK):
            return {}
        return {
            "access-control-allow-origin": origin,
            "access-control-expose-headers": ",".join(self._said["ExposeHeaders"]),
            "vary": "origin",
        }


def allowed(value: Any) -> dict[str, Any]:
    """What a CorsConfiguration says if origins are allowed: the template has it under that
    condition."""
    if not value:
        return {}
    _, said, _ = value["Fn::If"]
    return dict(said)
