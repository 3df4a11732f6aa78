"""A real HTTP server that answers as PostgREST does, in the order a test lays down."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal


@dataclass(frozen=True)
class Reply:
    """What to answer next; "drop" closes the connection without a word."""

    status: int = 200
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()
    text: str | None = None


@dataclass(frozen=True)
class Seen:
    """One request as it came over the wire."""

    path: str
    headers: dict[str, str]
    body: Any
    connection: int


@dataclass
class FakePostgrest:
    url: str
    replies: list[Reply | Literal["drop"]] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    def error(self, status: int, code: str, message: str, detail: str | None = None) -> None:
        """Answer next as PostgREST reports an error."""
        self.replies.append(
            Reply(status, {"code": code, "message": message, "details": detail, "hint": None})
        )


@contextmanager
def fake_postgrest() -> Iterator[FakePostgrest]:
    """Runs the server for the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            fake.seen.append(Seen(self.path, headers, body, self.client_address[1]))
            reply = fake.replies.pop(0) if fake.replies else Reply(body={})
            if reply == "drop":
                self.close_connection = True
                return
            assert isinstance(reply, Reply)
            content = (json.dumps(reply.body) if reply.text is None else reply.text).encode()
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake = FakePostgrest(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
