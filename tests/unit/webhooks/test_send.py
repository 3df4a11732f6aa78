"""Sending to strangers: limits, redirects, certificates, names that change their mind."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from functions.webhooks.send import MAX_ANSWER, Answer, post
from stack.stand_ins.certificate import certificate

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Script = Callable[[socket.socket], None]


@contextmanager
def server(
    script: Script, address: str = "127.0.0.1", port: int = 0
) -> Iterator[tuple[int, list[bytes]]]:
    """A port where a script answers each request; what it received."""
    listener = socket.create_server((address, port))
    received: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                received.append(connection.recv(65_536))
                script(connection)
            except OSError:
                pass

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1], received
    finally:
        listener.close()


def saying(content: bytes) -> Script:
    return lambda connection: connection.sendall(content)


def send(port: int, *, seconds: float = 15.0) -> Answer:
    headers = {"webhook-id": "1"}
    return post(f"http://127.0.0.1:{port}/in?x=1", headers, b"{}", local=True, seconds=seconds)


def test_what_is_sent_and_what_comes_back() -> None:
    with server(saying(OK)) as (port, received):
        answer = send(port)
    assert (answer.status, answer.body, answer.error) == (200, "ok", "")
    assert answer.duration_ms >= 0
    head, _, body = received[0].partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST /in?x=1 HTTP/1.1", f"Host: 127.0.0.1:{port}".encode(), b"Content-Length: 2",
        b"Connection: close", b"webhook-id: 1",
    ]  # fmt: skip
    assert body == b"{}"


def test_a_redirect_is_an_answer_and_not_a_way() -> None:
    with server(saying(OK)) as (elsewhere, visited):
        where = f"http://127.0.0.1:{elsewhere}/".encode()
        redirect = b"HTTP/1.1 302 Found\r\nLocation: " + where + b"\r\nContent-Length: 0\r\n\r\n"
        with server(saying(redirect)) as (port, _):
            assert send(port).status == 302
    assert visited == []


def test_a_huge_body_is_read_up_to_4_kB() -> None:
    for head in (b"", b"Content-Length: 99999999999\r\n"):

        def huge(connection: socket.socket, head: bytes = head) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
            while True:
                connection.sendall(b"x" * 65_536)

        with server(huge) as (port, _):
            answer = send(port)
        assert (answer.status, len(answer.body)) == (200, MAX_ANSWER)


def test_endless_headers_are_not_read() -> None:
    def headers(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X: " + b"y" * 1000 + b"\r\n")

    with server(headers) as (port, _):
        answer = send(port)
    assert len(answer.body) <= MAX_ANSWER


def _silent(connection: socket.socket) -> None:
    connection.recv(1)


def test_a_receiver_that_says_nothing_runs_out_of_time() -> None:
    with server(_silent) as (port, _):
        assert send(port, seconds=0.2).error == "timeout"


def test_a_receiver_that_drips_runs_out_of_time() -> None:
    stop = threading.Event()

    def drip(connection: socket.socket) -> None:
        while not stop.wait(0.02):
            connection.sendall(b"H")

    with server(drip) as (port, _):
        answer = send(port, seconds=0.5)
        stop.set()
    assert answer.error in ("timeout", "bad_answer")


@pytest.mark.parametrize(
    ("said", "status", "error"),
    [
        (b"", None, "bad_answer"),
        (b"garbage\r\n\r\n", None, "bad_answer"),
        (b"HTTP/1.1 abc OK\r\n\r\n", None, "bad_answer"),
        (b"\x00" * 100, None, "bad_answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", 200, ""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 200, ""),
        (b"HTTP/1.1 500 No\r\n\r\n\xff\x00\xfe", 500, ""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
    ],
)
def test_answers_that_are_none(said: bytes, status: int | None, error: str) -> None:
    with server(saying(said)) as (port, _):
        answer = send(port)
    assert (answer.status, answer.error) == (status, error)
    assert "\x00" not in answer.body


def test_nobody_there() -> None:
    # Bound, so that nobody else gets the port, and not listening.
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert send(taken.getsockname()[1]).error == "connection_refused"


def test_a_name_that_has_no_address() -> None:
    def nothing(host: str, port: int) -> list[str]:
        raise socket.gaierror("no")

    answer = post("https://example.com/", {}, b"", lookup=nothing)
    assert (answer.status, answer.error) == (None, "name_not_found")


@pytest.mark.parametrize("inside", ["127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254"])
def test_a_name_that_leads_inside_is_never_called(inside: str) -> None:
    answer = post("https://example.com/", {}, b"", lookup=lambda *_: ["8.8.8.8", inside])
    assert (answer.status, answer.error) == (None, "address_refused")


def test_a_name_is_looked_up_once_and_that_address_called() -> None:
    """DNS rebinding: a second lookup would lead elsewhere, so there is none."""
    lookups = []

    def rebinding(host: str, port: int) -> list[str]:
        lookups.append(host)
        return ["127.0.0.1"] if len(lookups) == 1 else ["127.0.0.2"]

    with (
        server(saying(OK)) as (port, first),
        server(saying(OK), "127.0.0.2", port) as (_, second),
    ):
        answer = post(f"http://rebind.example:{port}/", {}, b"", local=True, lookup=rebinding)
    assert answer.status == 200
    assert (len(first), second, lookups) == (1, [], ["rebind.example"])
    assert f"Host: rebind.example:{port}".encode() in first[0]


def test_the_next_address_when_one_does_not_answer() -> None:
    with server(saying(OK)) as (port, _):
        answer = post(
            f"http://two.example:{port}/", {}, b"", local=True,
            lookup=lambda host, _: ["127.0.0.3", "127.0.0.1"],
        )  # fmt: skip
    assert answer.status == 200


def test_the_certificate_is_that_of_the_name(tmp_path: Path) -> None:
    """Connected by address, checked by name; a certificate nobody vouches for is none."""
    pem, key_pem = certificate(tmp_path, "hooks.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key_pem)
    trust = ssl.create_default_context(cafile=str(pem))

    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
                with context.wrap_socket(plain, server_side=True) as connection:
                    connection.recv(65_536)
                    connection.sendall(OK)
            except ssl.SSLError:
                continue
            except OSError:
                if listener.fileno() == -1:
                    return

    threading.Thread(target=serve, daemon=True).start()
    port = listener.getsockname()[1]

    def call(host: str, vouched: ssl.SSLContext | None) -> Answer:
        return post(
            f"https://{host}:{port}/", {}, b"", local=True, trust=vouched,
            lookup=lambda *_: ["127.0.0.1"],
        )  # fmt: skip

    try:
        assert call("hooks.example", trust).status == 200
        assert call("other.example", trust).error == "tls_failed"
        assert call("hooks.example", None).error == "tls_failed"
    finally:
        listener.close()
