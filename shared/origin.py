"""From where a request came, as the edge saw it: what Auth keeps of a session, and the audit log of
a change."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks us, as the edge saw them. address: never what a header claims."""

    address: str
    user_agent: str


def client_of(event: Mapping[str, Any]) -> Client:
    """Who made a request, by API Gateway's event (payload version 2.0)."""
    http = event["requestContext"]["http"]
    said = str(http.get("userAgent") or "").encode("ascii", "replace").decode()
    agent = "".join(each if each.isprintable() else "?" for each in said)
    return Client(http["sourceIp"], agent[:400])


_asking: ContextVar[Client | None] = ContextVar("asking", default=None)
_endpoint: ContextVar[str] = ContextVar("endpoint", default="")


def asked_by(event: Any) -> None:
    """From now on the database is told of this request; an event that is none tells it nothing."""
    is_request = isinstance(event, dict) and "http" in (event.get("requestContext") or {})
    _asking.set(client_of(event) if is_request else None)
    _endpoint.set("")


def asked_at(app: Any, answer: Callable[[Any], Any]) -> Any:
    """Middleware of every application: names the route, without what stands in its place."""
    _endpoint.set(f"{app.request.method} {app.request.route}")
    return answer(app)


def endpoint() -> str:
    """Method and route of the request that runs now, without what stands in its place; empty where
    there is no such route."""
    return _endpoint.get()


def origin_headers() -> dict[str, str]:
    """What the database is told of the request that runs now. It believes our own key alone."""
    client = _asking.get()
    if client is None:
        return {}
    said = {
        "X-Holdfast-Address": client.address, "X-Holdfast-Endpoint": _endpoint.get(),
        "X-Holdfast-User-Agent": client.user_agent,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value}
