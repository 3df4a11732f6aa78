"""HTTP reads for everybody: the reference of the API, and whether it answers. No database."""

from functools import cache
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler import Response
from pydantic import BaseModel, ConfigDict

from shared.api import Routes, lambda_handler, make_app
from shared.generated.version import VERSION
from shared.responses import answers

# The page has its style inside and asks for nothing else.
_PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}

routes = Routes()


class Health(BaseModel):
    """status: ok. version: of Holdfast."""

    model_config = ConfigDict(extra="forbid")
    status: str
    version: str


@routes.get("/health", responses=answers(Health, "Functions answer."))
def health() -> Response[Any]:
    """Whether functions answer, and their version; the database is not asked."""
    told = Health(status="ok", version=VERSION)
    return Response(200, "application/json", told.model_dump_json())


@routes.get("/openapi.json", responses={200: {"description": "This document."}})
def openapi() -> Response[Any]:
    """The OpenAPI document of all commands and events."""
    return Response(200, "application/json", _file("openapi.json"))


_PAGE: dict[str, Any] = {"text/html": {"schema": {"type": "string"}}}


@routes.get("/docs", responses={200: {"description": "The page.", "content": _PAGE}})
def docs() -> Response[Any]:
    """The same document as a page to read."""
    return Response(200, "text/html; charset=utf-8", _file("docs.html"), _PAGE_HEADERS)


@cache
def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


app = make_app(routes, is_open=True)
handler = lambda_handler(app)
