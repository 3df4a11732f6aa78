"""A keep-alive HTTP/1.1 connection that costs a measuring client little CPU."""

import json
import socket
from collections.abc import Mapping
from typing import Any


class HttpFailed(RuntimeError):
    """The server answered with an error, or not as HTTP/1.1 with a length or chunks."""


class HttpConnection:
    """Asks one server over one connection."""

    def __init__(self, host: str, port: int) -> None:
        self._host = f"{host}:{port}"
        self._socket = socket.create_connection((host, port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pending = b""

    def post(self, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | bytes) -> Any:
        """The decoded answer to JSON; bytes go as they are. Raises HttpFailed for any status but
        200 and 201."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._ask("POST", path, headers, content)

    def get(self, path: str, headers: Mapping[str, str]) -> Any:
        """The decoded answer. Raises HttpFailed for any status but 200 and 201."""
        return self._ask("GET", path, headers, b"")

    def _ask(self, method: str, path: str, headers: Mapping[str, str], content: bytes) -> Any:
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        if content:
            head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        self._socket.sendall(f"{head}\r\n".encode() + content)
        status, answer = self._answer()
        if status not in (200, 201):
            raise HttpFailed(f"{path} answered {status}: {answer[:300].decode(errors='replace')}")
        return json.loads(answer)

    def close(self) -> None:
        self._socket.close()

    def _answer(self) -> tuple[int, bytes]:
        head = self._until(b"\r\n\r\n")
        status = int(head[9:12])
        fields = head.lower()
        if b"transfer-encoding: chunked" in fields:
            return status, self._chunks()
        _, found, rest = fields.partition(b"content-length:")
        if not found:
            raise HttpFailed(f"no length in {head[:200]!r}")
        return status, self._exactly(int(rest.split(b"\r\n", 1)[0]))

    def _chunks(self) -> bytes:
        whole = b""
        while size := int(self._until(b"\r\n").split(b";")[0], 16):
            whole += self._exactly(size)
            self._exactly(2)
        self._until(b"\r\n")
        return whole

    def _until(self, mark: bytes) -> bytes:
        while (at := self._pending.find(mark)) < 0:
            self._receive()
        found, self._pending = self._pending[:at], self._pending[at + len(mark) :]
        return found

    def _exactly(self, size: int) -> bytes:
        while len(self._pending) < size:
            self._receive()
        found, self._pending = self._pending[:size], self._pending[size:]
        return found

    def _receive(self) -> None:
        more = self._socket.recv(65536)
        if not more:
            raise HttpFailed("the server closed the connection")
        self._pending += more
