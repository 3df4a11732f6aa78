"""Connections that are kept: used again, never when their server has closed them."""

import datetime
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared import connections
from shared.connections import Connections


class _Server(ThreadingHTTPServer):
    """Answers each POST with the number of its connection. keeps: connections stay open; hurry:
    it closes them after an answer without a word; gate: answers wait for it."""

    def __init__(self) -> None:
        self.hurry = False
        self.gate = threading.Event()
        self.gate.set()
        self.open = 0
        self.most = 0
        self.paths: list[str] = []
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.paths.append(self.path)
            self.server.open += 1
            self.server.most = max(self.server.most, self.server.open)
        self.server.gate.wait(10)
        with self.server.lock:
            self.server.open -= 1
        content = str(self.client_address[1]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        if self.headers.get("X-Last"):
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)
        # Without a word of it, as a server that restarts or has waited long enough.
        self.close_connection = self.server.hurry

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[_Server]:
    with _Server() as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running
        running.gate.set()
        running.shutdown()


def test_a_connection_is_used_again(server: _Server) -> None:
    kept = Connections(server.url + "/rest/v1/", 5)

    assert len({kept.ask("POST", "/rpc/f", b"{}", {})[1] for _ in range(3)}) == 1
    assert server.paths == ["/rest/v1/rpc/f"] * 3


def test_one_that_its_server_closed_is_not_used(server: _Server) -> None:
    """The request would be lost, and a command may not be sent a second time."""
    kept = Connections(server.url, 5)
    server.hurry = True
    first = kept.ask("POST", "/", b"{}", {})
    # Until the end has arrived here.
    assert kept._idle[-1][1].sock.recv(1, socket.MSG_PEEK) == b""

    assert kept.ask("POST", "/", b"{}", {})[1] != first[1]
    assert len(server.paths) == 2


def test_one_that_was_idle_for_long_is_not_used(
    server: _Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Connections(server.url, 5)
    first = kept.ask("POST", "/", b"{}", {})
    monkeypatch.setattr(connections, "IDLE", 0.0)

    assert kept.ask("POST", "/", b"{}", {})[1] != first[1]


def test_one_that_says_it_closes_is_not_kept(server: _Server) -> None:
    kept = Connections(server.url, 5)
    kept.ask("POST", "/", b"{}", {"X-Last": "1"})

    assert kept._idle == []


def test_few_ask_at_the_same_time(server: _Server) -> None:
    kept = Connections(server.url, 10)
    server.gate.clear()
    with ThreadPoolExecutor(10) as pool:
        answers = [pool.submit(kept.ask, "POST", "/", b"{}", {}) for _ in range(10)]
        while server.open < connections.AT_ONCE:
            time.sleep(0.001)
        server.gate.set()
        assert {answer.result()[0] for answer in answers} == {200}

    assert server.most == connections.AT_ONCE
    assert len(server.paths) == 10


def test_who_waits_too_long_for_a_place_is_told(server: _Server) -> None:
    kept = Connections(server.url, 0.2)
    for _ in range(connections.AT_ONCE):
        assert kept._places.acquire(blocking=False)

    with pytest.raises(TimeoutError, match="in use"):
        kept.ask("POST", "/", b"{}", {})
    assert server.paths == []

    kept._places.release()
    assert kept.ask("POST", "/", b"{}", {})[0] == 200


def test_a_place_is_given_back_whatever_happens(server: _Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        nobody = Connections(f"http://127.0.0.1:{silent.getsockname()[1]}", 0.05)
        for _ in range(connections.AT_ONCE + 2):
            with pytest.raises(TimeoutError, match="timed out"):
                nobody.ask("POST", "/", b"{}", {})


def test_an_answer_that_breaks_off_is_lost(server: _Server) -> None:
    def half(listening: socket.socket) -> None:
        peer, _ = listening.accept()
        peer.recv(1000)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        peer.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=half, args=(listening,), daemon=True).start()
        kept = Connections(f"http://127.0.0.1:{listening.getsockname()[1]}", 5)
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            kept.ask("POST", "/", b"{}", {})
    assert kept._idle == []


@pytest.mark.parametrize("url", ["", "ftp://host", "postgrest:3000", "https://"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="http"):
        Connections(url, 1)


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return public, private


def test_a_server_must_show_a_certificate_that_is_trusted(
    tmp_path: Path, server: _Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, private = _certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    port = server.server_address[1]

    with pytest.raises(ssl.SSLCertVerificationError):
        Connections(f"https://localhost:{port}", 5).ask("POST", "/", b"{}", {})
    assert server.paths == []

    trusting = ssl.create_default_context(cafile=str(public))
    monkeypatch.setattr(connections, "_trusted", lambda: trusting)
    assert Connections(f"https://localhost:{port}", 5).ask("POST", "/", b"{}", {})[0] == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        Connections(f"https://127.0.0.1:{port}", 5).ask("POST", "/", b"{}", {})
