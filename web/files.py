"""What pages ask for beside themselves: their style and pictures."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from shared.errors import NotFound
from web.render import FILES, address, content
from web.site import PageRoutes

routes = PageRoutes()


@routes.get("/web/<file>")
def file(file: str) -> Response[Any]:
    """A file at the address of its content; an older one is gone."""
    name = file.partition("-")[2]
    if name not in FILES or address(name) != f"/web/{file}":
        raise NotFound("page_not_found")
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(200, FILES[name], content(name).decode(), kept)
