"""How a server on the other side behaves: well, slowly, wrongly or not at all."""

import itertools
import threading
from collections.abc import Iterator, Mapping

from stack.stand_ins.loopback import Behaviour, Received, Wire

_BLOCK = 64 * 1024


def status(code: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Behaviour:
    """A plain answer."""
    return lambda wire, _: wire.reply(code, body, headers)


def ok(body: bytes = b"ok") -> Behaviour:
    return status(200, body)


def gone() -> Behaviour:
    """410: do not come again."""
    return status(410)


def too_many(retry_after: str = "60", body: bytes = b"") -> Behaviour:
    """429 with a Retry-After in seconds or as an HTTP date."""
    return status(429, body, {"retry-after": retry_after})


def redirect(to: str = "http://169.254.169.254/latest/meta-data/") -> Behaviour:
    """302 to an address of the sender's own network."""
    return status(302, headers={"location": to})


def slow(seconds: float, then: Behaviour | None = None) -> Behaviour:
    """Wait, then behave."""

    def behave(wire: Wire, request: Received) -> None:
        wire.pause(seconds)
        (then or ok())(wire, request)

    return behave


def hang() -> Behaviour:
    """Take the request and never say a word."""

    def behave(wire: Wire, _: Received) -> None:
        wire.pause()
        wire.leave()

    return behave


def drop(after: bytes = b"") -> Behaviour:
    """Close the connection, perhaps in the middle of an answer."""

    def behave(wire: Wire, _: Received) -> None:
        wire.write(after)
        wire.leave()

    return behave


def huge(size: int, code: int = 200) -> Behaviour:
    """An honest answer of `size` bytes."""

    def behave(wire: Wire, _: Received) -> None:
        wire.write(f"HTTP/1.1 {code} X\r\ncontent-length: {size}\r\n\r\n".encode())
        for start in range(0, size, _BLOCK):
            wire.write(b"x" * min(_BLOCK, size - start))

    return behave


def endless(code: int = 200) -> Behaviour:
    """A body that never ends; the connection stays busy until the other side leaves."""

    def behave(wire: Wire, _: Received) -> None:
        wire.write(f"HTTP/1.1 {code} X\r\ntransfer-encoding: chunked\r\n\r\n".encode())
        while True:
            wire.write(b"400\r\n" + b"x" * 0x400 + b"\r\n")
            wire.pause(0.05)

    return behave


def endless_headers() -> Behaviour:
    """Header lines without end."""

    def behave(wire: Wire, _: Received) -> None:
        wire.write(b"HTTP/1.1 200 OK\r\n")
        for number in itertools.count():
            wire.write(f"x-{number}: {'x' * 1000}\r\n".encode())
            wire.pause(0.05)

    return behave


def trickle(code: int = 200) -> Behaviour:
    """An answer of one byte at a time: no single read is slow, the whole never ends."""

    def behave(wire: Wire, _: Received) -> None:
        for byte in f"HTTP/1.1 {code} ".encode() + b"x" * 100_000:
            wire.write(bytes([byte]))
            wire.pause(0.2)

    return behave


def garbage(body: bytes = b"\x16\x03\x01 this is not HTTP \x00\xff\r\n\r\n") -> Behaviour:
    """Bytes that are no HTTP answer."""
    return drop(body)


def flapping(*turns: Behaviour) -> Behaviour:
    """One behaviour after the other, round and round."""
    return _in_turn(itertools.cycle(turns))


def script(*steps: Behaviour) -> Behaviour:
    """One behaviour after the other; the last stays."""
    return _in_turn(itertools.chain(steps, itertools.repeat(steps[-1])))


def _in_turn(order: Iterator[Behaviour]) -> Behaviour:
    lock = threading.Lock()

    def behave(wire: Wire, request: Received) -> None:
        with lock:
            turn = next(order)
        turn(wire, request)

    return behave
