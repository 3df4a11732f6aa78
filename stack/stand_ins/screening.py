"""A stand-in for Chainalysis' sanctions API: GET /api/v1/address/{address}.

Addresses are listed and taken off; the service can be told to lag, fail, drop out, hang, limit
or talk nonsense.
"""

import json
import threading
from collections import Counter

from stack.stand_ins.behaviour import drop, hang, status, too_many
from stack.stand_ins.loopback import Behaviour, Loopback, Received, Wire


class Screening(Loopback):
    """Serves inside its block. `key`: what X-API-Key must be, None for anything."""

    key: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._listed: dict[str, list[dict[str, str]]] = {}
        self.asked: Counter[str] = Counter()
        self.behave()

    def variables(self) -> dict[str, str]:
        """The environment of functions that ask here: an origin, without a path."""
        return {"HOLDFAST_SCREENING_URL": self.url}

    def behave(self) -> None:
        """Answer again, with what is listed now."""
        self._fault: Behaviour | None = None
        self._frozen: dict[str, list[dict[str, str]]] | None = None

    def warn_of(self, address: str, category: str = "sanctions", name: str = "A LIST") -> None:
        """List an address from now on."""
        named = {"category": category, "name": name, "description": "", "url": ""}
        with self._lock:
            self._listed.setdefault(address.lower(), []).append(named)

    def forget(self, address: str) -> None:
        with self._lock:
            self._listed.pop(address.lower(), None)

    def lag(self) -> None:
        """Answer with what is listed at this moment, whatever is listed later."""
        self._frozen = {address: named[:] for address, named in self._listed.items()}

    def fail(self, code: int = 500) -> None:
        self._fault = status(code)

    def drop_out(self) -> None:
        """Close the connection without an answer."""
        self._fault = drop()

    def hang(self) -> None:
        """Take the question and never answer."""
        self._fault = hang()

    def limit(self, retry_after: str = "60") -> None:
        """429."""
        self._fault = too_many(retry_after, b'{"message":"Too Many Requests"}')

    def talk_nonsense(self, body: bytes = b"<html>We will be right back</html>") -> None:
        """200 with a body of the caller's choice."""
        self._fault = status(200, body)

    def answer(self, wire: Wire, request: Received) -> None:
        before, _, address = request.path.rpartition("/")
        with self._lock:
            self.asked[address] += 1
        if self._fault:
            self._fault(wire, request)
        elif before != "/api/v1/address":
            wire.reply(404, b'{"message":"Not Found"}')
        elif self.key is not None and request.headers.get("x-api-key") != self.key:
            wire.reply(403, b'{"message":"Forbidden"}')
        else:
            listed = self._listed if self._frozen is None else self._frozen
            told = {"identifications": listed.get(address.lower(), [])}
            wire.reply(200, json.dumps(told).encode(), {"content-type": "application/json"})
