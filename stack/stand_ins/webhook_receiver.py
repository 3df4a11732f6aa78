"""Receivers of our webhooks: as many as wanted behind one server, each with its own manners."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

from stack.stand_ins.behaviour import ok
from stack.stand_ins.loopback import Behaviour, Loopback, Received, Wire


@dataclass
class Endpoint:
    """One receiver: where it is and how it behaves from now on."""

    url: str
    path: str
    behaviour: Behaviour = field(default_factory=ok)

    def becomes(self, behaviour: Behaviour) -> None:
        """Change its manners; see stack.stand_ins.behaviour for what there is."""
        self.behaviour = behaviour


class WebhookReceiver(Loopback):
    """Serves inside its block. A path that no endpoint has is answered 404."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self._endpoints: dict[str, Endpoint] = {}

    def endpoint(self, behaviour: Behaviour | None = None) -> Endpoint:
        """A new receiver; without a behaviour it answers 200."""
        path = f"/hooks/{len(self._endpoints) + 1}"
        made = Endpoint(self.url + path, path, behaviour or ok())
        self._endpoints[path] = made
        return made

    def endpoints(self, count: int, behaviour: Behaviour | None = None) -> list[Endpoint]:
        return [self.endpoint(behaviour) for _ in range(count)]

    def of(self, endpoint: Endpoint) -> list[Received]:
        """What one receiver was sent, in the order of arrival."""
        return [each for each in self.received if each.path == endpoint.path]

    def answer(self, wire: Wire, request: Received) -> None:
        endpoint = self._endpoints.get(request.path)
        if endpoint is None:
            wire.reply(404)
        else:
            endpoint.behaviour(wire, request)


def verified(request: Received, secret: str) -> Any:
    """The body of a message, once the official library found it signed and fresh.

    Raises standardwebhooks' WebhookVerificationError.
    """
    return Webhook(secret).verify(request.body, dict(request.headers))


def signed_by(request: Received, secret: str) -> bool:
    """Whether the official library would sign the message this way, whatever its age.

    For stacks whose clock was moved: the library's own clock is the machine's.
    """
    headers: Mapping[str, str] = request.headers
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    expected = Webhook(secret).sign(headers["webhook-id"], at, request.body.decode())
    return expected in headers["webhook-signature"].split(" ")
