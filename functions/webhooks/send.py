"""One HTTP POST to a stranger: to a checked address, within limits, without redirects."""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from .address import AddressRefused, Resolve, Target, addresses, parse_url

SECONDS = 15.0
CONNECT_SECONDS = 5.0
MAX_ANSWER = 4096
# Of headers and body together: more than this is not read.
MAX_READ = 32 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request. status: of HTTP, None when no answer came; then error says
    why, in one word. body: the first 4 kB as text. retry_after: as the receiver sent it."""

    status: int | None
    body: str = ""
    retry_after: str = ""
    error: str = ""
    duration_ms: int = 0


def resolve(host: str, port: int) -> Sequence[str]:
    """Addresses of a name, in the system's order. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def post(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    local: bool = False,
    lookup: Resolve = resolve,
    trust: ssl.SSLContext | None = None,
    seconds: float = SECONDS,
) -> Answer:
    """Send a message. Never raises for what the other side does or is.

    local: see parse_url. lookup: resolves names. trust: whose certificates count, the
    public authorities' by default. seconds: for all of it, after the lookup.
    """
    started = time.monotonic()
    try:
        target = parse_url(url, local=local)
        found = addresses(target, lookup, local=local)
        deadline = time.monotonic() + seconds
        with _connected(target, found, trust, deadline) as connection:
            answer = _exchange(connection, target, headers, body, deadline)
    except Exception as error:
        word = _word(error)
        if not word:
            raise
        answer = Answer(None, error=word)
    spent = round((time.monotonic() - started) * 1000)
    return Answer(answer.status, answer.body, answer.retry_after, answer.error, spent)


def _connected(
    target: Target, found: Sequence[str], trust: ssl.SSLContext | None, deadline: float
) -> socket.socket:
    failure: Exception = OSError("no address")
    for address in found:
        try:
            plain = socket.create_connection(
                (address, target.port), timeout=min(CONNECT_SECONDS, _left(deadline))
            )
        except OSError as error:
            failure = error
            continue
        if not target.secure:
            return plain
        try:
            return (trust or _public()).wrap_socket(plain, server_hostname=target.host)
        except BaseException:
            plain.close()
            raise
    raise failure


def _exchange(
    connection: socket.socket,
    target: Target,
    headers: Mapping[str, str],
    body: bytes,
    deadline: float,
) -> Answer:
    lines = [
        f"POST {target.path} HTTP/1.1",
        f"Host: {target.authority}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    connection.settimeout(_left(deadline))
    connection.sendall("\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body)
    response = http.client.HTTPResponse(_Limited(connection, deadline), method="POST")  # type: ignore[arg-type]
    response.begin()
    # A status is an answer, whatever becomes of the rest.
    try:
        content = response.read(MAX_ANSWER)
    except (OSError, http.client.HTTPException) as error:
        content = getattr(error, "partial", b"")
    text = content[:MAX_ANSWER].decode("utf-8", "replace").replace("\x00", "\ufffd")
    return Answer(response.status, text, response.getheader("Retry-After") or "")


class _Limited(io.RawIOBase):
    """A socket that ends at a deadline and after so many bytes, in the shape HTTPResponse
    reads from."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline
        self._room = MAX_READ

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = min(len(buffer), self._room)
        if not wanted:
            return 0
        self._connection.settimeout(_left(self._deadline))
        count = self._connection.recv_into(buffer[:wanted])
        self._room -= count
        return count


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("out of time")
    return left


def _word(error: Exception) -> str:
    """A failure of the other side in one word; empty for one of ours."""
    words: tuple[tuple[type[Exception], str], ...] = (
        (AddressRefused, "address_refused"),
        (TimeoutError, "timeout"),
        (ssl.SSLError, "tls_failed"),
        (socket.gaierror, "name_not_found"),
        (ConnectionRefusedError, "connection_refused"),
        (http.client.HTTPException, "bad_answer"),
        (UnicodeError, "bad_answer"),
        (ValueError, "bad_answer"),
        (OSError, "connection_lost"),
    )
    return next((word for kind, word in words if isinstance(error, kind)), "")


@cache
def _public() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
