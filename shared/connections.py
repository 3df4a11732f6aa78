"""Connections to one server that are kept and used again, by several threads at once."""

import http.client
import select
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from functools import cache
from urllib.parse import urlsplit

# Requests at the same time; more wait.
AT_ONCE = 4
# PostgREST closes idle connections after 30 s: ours go first.
IDLE = 25.0
_CONNECT = 2.0


class Connections:
    """Requests to one server, whose address has scheme, host and perhaps port and path.

    timeout: seconds that an answer may keep silent. No proxy, cookie, redirect or .netrc: an
    address of ours is asked, with the headers that were given and no others.
    """

    def __init__(self, url: str, timeout: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the address of a server begins with http:// or https:// and a host")
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._path = parts.path.rstrip("/")
        self._timeout = timeout
        self._places = threading.BoundedSemaphore(AT_ONCE)
        # The last one used comes first: it is the least likely to have been closed.
        self._idle: list[tuple[float, http.client.HTTPConnection]] = []

    def ask(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Status and content of the answer. It is asked once: whoever lost an answer decides
        whether to ask again. Raises TimeoutError, OSError, http.client.HTTPException."""
        if not self._places.acquire(timeout=self._timeout):
            raise TimeoutError("every connection is in use")
        try:
            return self._ask(method, path, body, headers)
        finally:
            self._places.release()

    def _ask(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        connection = self._kept() or self._connected()
        try:
            connection.request(method, self._path + path, body or None, headers)
            response = connection.getresponse()
            content = response.read()
        except BaseException:
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            self._idle.append((time.monotonic(), connection))
        return response.status, content

    def close(self) -> None:
        """Close those that nobody uses."""
        while self._idle:
            self._idle.pop()[1].close()

    def _kept(self) -> http.client.HTTPConnection | None:
        """One that its server has not closed: a request on a closed one would be lost, and not
        every request may be sent twice."""
        while True:
            try:
                used, connection = self._idle.pop()
            except IndexError:
                return None
            if time.monotonic() - used < IDLE and not has_ended(connection.sock):
                return connection
            connection.close()

    def _connected(self) -> http.client.HTTPConnection:
        connection = (
            http.client.HTTPSConnection(
                self._host, self._port, timeout=min(_CONNECT, self._timeout), context=_trusted()
            )
            if self._secure
            else http.client.HTTPConnection(
                self._host, self._port, timeout=min(_CONNECT, self._timeout)
            )
        )
        connection.connect()
        connection.sock.settimeout(self._timeout)
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection


def has_ended(idle: socket.socket) -> bool:
    """Whether the other side has closed a connection: nothing is due on an idle one, so whatever
    can be read is its end."""
    poll = select.poll()
    poll.register(idle, select.POLLIN)
    return bool(poll.poll(0))


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()
