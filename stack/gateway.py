"""The one address: PostgREST below /rest/v1, Auth below /auth/v1, pages of the stack itself, every
other path is a route of a function."""

import http.client
import threading
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from shared.connections import has_ended
from stack.api_keys import ApiKeys, KeyRefused
from stack.cors import OF_AUTH, Cors
from stack.http_events import Answer, BadAnswer, Request, answer_of, event_of
from stack.lambdas import FunctionFailed, FunctionThrottled, FunctionTimedOut, Lambdas
from stack.processes import PortTaken
from stack.routes import Routes

REST_PREFIX = "/rest/v1"
AUTH_PREFIX = "/auth/v1"
_AUTH_CORS = Cors(OF_AUTH)
# What API Gateway takes at most.
MAX_BODY = 10 * 1024 * 1024
_HOP_BY_HOP = {
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te",
    "trailer", "transfer-encoding", "upgrade",
}  # fmt: skip


class _TooLarge(ValueError):
    pass


class Gateway:
    """Answers HTTP on 127.0.0.1 in threads of this process."""

    def __init__(
        self,
        lambdas: Lambdas,
        postgrest_port: Callable[[], int],
        auth: Callable[[Request], Answer],
        *,
        cors: Cors,
        api_keys: ApiKeys,
        port: int = 0,
        pages: Callable[[Request], Answer | None] = lambda _: None,
    ) -> None:
        """port 0 lets the system choose. pages: of the stack itself, asked where no function has a
        route. Raises PortTaken."""
        self._auth = auth
        self._pages = pages
        self._lambdas = lambdas
        self._cors = cors
        self._api_keys = api_keys
        self._postgrest_port = postgrest_port
        self._local = threading.local()
        self._routes = Routes(
            (function.name, method, path)
            for function in lambdas.functions.values()
            for method, path in function.routes
        )
        handler = type("Handler", (_Handler,), {"gateway": self})
        try:
            self._server = _Server(("127.0.0.1", port), handler)
        except OSError as error:
            raise PortTaken(port) from error
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
        self._server.server_close()

    def answer(self, request: Request) -> Answer:
        if request.path == REST_PREFIX or request.path.startswith(f"{REST_PREFIX}/"):
            return self._rest(request)
        if request.path.startswith(f"{AUTH_PREFIX}/"):
            cors, answered = _AUTH_CORS, self._signing_in
        else:
            cors, answered = self._cors, self._command
        return cors.preflight(request) or cors.added(request, answered(request))

    def _signing_in(self, request: Request) -> Answer:
        try:
            headers = _forwarded(request, self._api_keys)
        except KeyRefused as refused:
            return Answer.message(401, str(refused))
        if not self._api_keys.is_secret(_header(request, "apikey")):
            headers.pop("sb-forwarded-for", None)
        return self._auth(replace(request, headers=tuple(headers.items())))

    def _command(self, request: Request) -> Answer:
        match = self._routes.match(request.method, request.path)
        if not match:
            return self._pages(request) or Answer.message(404, "Not Found")
        event = event_of(request, match.route, match.variables)
        try:
            return answer_of(self._lambdas.invoke(match.function, event))
        except (FunctionTimedOut, FunctionThrottled):
            return Answer.message(503, "Service Unavailable")
        except (FunctionFailed, BadAnswer):
            return Answer.message(500, "Internal Server Error")

    def _rest(self, request: Request) -> Answer:
        target = request.path.removeprefix(REST_PREFIX) or "/"
        if request.query:
            target += f"?{request.query}"
        try:
            headers = _forwarded(request, self._api_keys)
        except KeyRefused as refused:
            return Answer.message(401, str(refused))
        connection = self._connection()
        try:
            connection.request(request.method, target, request.body or None, headers)
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            self._local.connection = None
            return Answer.message(503, "Service Unavailable")
        answered = tuple(
            (name, value)
            for name, value in response.getheaders()
            if name.lower() not in _HOP_BY_HOP
        )
        return Answer(response.status, answered, body)

    def _connection(self) -> http.client.HTTPConnection:
        """This thread's connection to PostgREST, a new one if the other side has left."""
        kept: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        port = self._postgrest_port()
        if kept and kept.port == port and kept.sock and not has_ended(kept.sock):
            return kept
        if kept:
            kept.close()
        fresh = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._local.connection = fresh
        return fresh


def _forwarded(request: Request, api_keys: ApiKeys) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in request.headers:
        key = name.lower()
        if key not in _HOP_BY_HOP and key not in ("host", "content-length"):
            headers[key] = f"{headers[key]},{value}" if key in headers else value
    told = api_keys.authorization(
        headers.pop("authorization", ""), headers.pop("apikey", ""), headers.get("user-agent", "")
    )
    if told:
        headers["authorization"] = told
    headers["x-forwarded-for"] = request.client
    return headers


def _header(request: Request, wanted: str) -> str:
    return next((value for name, value in request.headers if name.lower() == wanted), "")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    # A second server on the same port must fail, not share it.
    allow_reuse_port = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    gateway: Gateway
    protocol_version = "HTTP/1.1"
    server_version = "holdfast"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    timeout = 120

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        try:
            body = self._read_body()
        except _TooLarge:
            self.close_connection = True
            return self._write(Answer.message(413, "Request Entity Too Large"))
        except ValueError:
            self.close_connection = True
            return self._write(Answer.message(400, "Bad Request"))
        request = Request(
            self.command, path, query, tuple(self.headers.items()), body, self.client_address[0]
        )
        self._write(self.gateway.answer(request))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("transfer-encoding", "").lower():
            return self._read_chunks()
        length = int(self.headers.get("content-length") or 0)
        if length < 0:
            raise ValueError("negative length")
        if length > MAX_BODY:
            raise _TooLarge
        return self.rfile.read(length)

    def _read_chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline(64).partition(b";")[0], 16):
            if len(body) + size > MAX_BODY:
                raise _TooLarge
            body += self.rfile.read(size)
            self.rfile.readline(8)
        while self.rfile.readline(65536).strip():
            pass
        return body

    def _write(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if self.command == "HEAD":
            declared = dict((name.lower(), value) for name, value in answer.headers)
            if "content-length" in declared:
                self.send_header("content-length", declared["content-length"])
        elif answer.status >= 200 and answer.status not in (204, 304):
            self.send_header("content-length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        if self.command != "HEAD" and answer.status not in (204, 304):
            self.wfile.write(answer.body)

    def log_message(self, *_: Any) -> None:
        """Requests are not logged: they carry tokens."""
