"""An HTTP server on 127.0.0.1 that records what it is sent and answers as it is told."""

import contextlib
import select
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Received:
    """One request: its place in the order of arrival and every byte that matters."""

    number: int
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """The connection a request came by, for answers that no HTTP library would give."""

    def __init__(self, handler: BaseHTTPRequestHandler, stopping: threading.Event) -> None:
        self._handler = handler
        self._stopping = stopping

    def reply(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        """A whole answer."""
        self._handler.send_response_only(status)
        for name, value in (headers or {}).items():
            self._handler.send_header(name, value)
        self._handler.send_header("content-length", str(len(body)))
        self._handler.end_headers()
        self.write(body)

    def write(self, content: bytes) -> None:
        """Bytes as they are. Raises OSError when the other side has left."""
        self._handler.wfile.write(content)
        self._handler.wfile.flush()

    def leave(self) -> None:
        """Close the connection after what was written."""
        self._handler.close_connection = True
        with contextlib.suppress(OSError):
            self._handler.connection.shutdown(socket.SHUT_RDWR)

    def pause(self, seconds: float | None = None) -> None:
        """Do nothing for a time, or until the server stops or the other side leaves."""
        waited = 0.0
        while seconds is None or waited < seconds:
            if self._stopping.wait(0.05) or self._left():
                return
            waited += 0.05

    def _left(self) -> bool:
        connection = self._handler.connection
        poll = select.poll()
        poll.register(connection, select.POLLIN)
        try:
            return bool(poll.poll(0)) and not connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True


# What is done with a request; the wire is still open and nothing has been said.
Behaviour = Callable[[Wire, Received], None]


class Loopback:
    """Base of the stand-ins. A context manager: it serves inside the block.

    tls: it serves https as `localhost`, the name its certificate should have.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._received: list[Received] = []
        self._arrived = threading.Condition()
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"owner": self}))
        if tls:
            # Each handler shakes hands for itself: a client that will not holds up nobody.
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        port = self._server.server_address[1]
        return f"https://localhost:{port}" if self._tls else f"http://127.0.0.1:{port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def received(self) -> list[Received]:
        """Every request so far, in the order of arrival."""
        with self._arrived:
            return list(self._received)

    def wait_for(self, count: int, path: str | None = None, seconds: float = 60) -> list[Received]:
        """The requests (of one path) once there are at least `count`. Raises TimeoutError."""

        def found() -> list[Received]:
            return [each for each in self._received if path in (None, each.path)]

        with self._arrived:
            if not self._arrived.wait_for(lambda: len(found()) >= count, seconds):
                raise TimeoutError(f"{len(found())} of {count} requests came in {seconds} s")
            return found()

    def answer(self, wire: Wire, request: Received) -> None:
        """Answer one request; runs in a thread of its own."""
        raise NotImplementedError

    def take(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        """Record a request, then answer it."""
        target = urlsplit(handler.path)
        with self._arrived:
            request = Received(
                number=len(self._received),
                method=handler.command,
                path=target.path,
                query=dict(parse_qsl(target.query, keep_blank_values=True)),
                headers=_lowered(handler.headers),
                body=body,
            )
            self._received.append(request)
            self._arrived.notify_all()
        try:
            self.answer(Wire(handler, self._stopping), request)
        except OSError:
            handler.close_connection = True


@contextlib.contextmanager
def closed_port() -> Iterator[int]:
    """A port of 127.0.0.1 that refuses connections and that nobody else can take."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def _lowered(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news; a fault of the stand-in itself is."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    owner: Loopback
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.owner.take(self, body)

    do_GET = do_POST = do_PUT = do_DELETE = _serve

    def log_message(self, *_: Any) -> None:
        """Tests read `received`."""
