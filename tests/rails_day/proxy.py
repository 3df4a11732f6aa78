"""The way from the functions to the database, which may fail as any other."""

import http.client
from collections.abc import Callable
from urllib.parse import urlencode

from stack.stand_ins.loopback import Loopback, Received, Wire
from tests.rails_day.faults import FaultInjector

_KEPT = ("content-type", "content-range", "location", "proxy-status")


class Proxy(Loopback):
    """Forwards everything to PostgREST, unless a fault takes the call or its answer.

    port: of PostgREST.
    """

    def __init__(self, port: Callable[[], int], injector: FaultInjector) -> None:
        super().__init__()
        self._port = port
        self._injector = injector

    def answer(self, wire: Wire, request: Received) -> None:
        struck = self._injector.strikes()
        if struck in ("dropped", "failed", "limited"):
            wire.leave()
            return
        status, headers, body = self._forward(request)
        if struck:
            wire.leave()
            return
        wire.reply(status, body, headers)

    def _forward(self, request: Received) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port(), timeout=60)
        headers = {
            name: value
            for name, value in request.headers.items()
            if name not in ("host", "connection", "content-length", "accept-encoding")
        }
        try:
            target = f"{request.path}?{urlencode(request.query)}" if request.query else request.path
            connection.request(request.method, target, request.body or None, headers)
            answer = connection.getresponse()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, {n: told[n] for n in _KEPT if n in told}, answer.read()
        finally:
            connection.close()
