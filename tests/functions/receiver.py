"""A receiver of webhooks on loopback, verified by the official library."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook


@dataclass(frozen=True)
class Message:
    """One request as it came."""

    headers: Mapping[str, str]
    body: bytes

    def verified(self, secret: str) -> Any:
        """The document, once the official library would have signed it this way. The clock
        of the stack may have been moved, so that its age is not looked at."""
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        signed = Webhook(secret).sign(self.headers["webhook-id"], at, self.body.decode())
        assert signed in self.headers["webhook-signature"].split(" ")
        return json.loads(self.body)


@dataclass
class Receiver:
    """status: what it answers from now on. on_message: called before it answers."""

    url: str = ""
    status: int = 200
    messages: list[Message] = field(default_factory=list)
    on_message: Callable[[], object] | None = None


@pytest.fixture
def receiving() -> Iterator[Receiver]:
    """A receiver that answers 200."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.messages.append(Message(headers, body))
            if receiver.on_message:
                receiver.on_message()
            self.send_response(receiver.status)
            self.send_header("Location", receiver.url)
            self.end_headers()
            self.wfile.write(b"thanks")

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except OSError:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/in"
    yield receiver
    server.shutdown()
    server.server_close()
