"""Starts Lambda execution environments as forks of processes that have imported the handler, which
are forks of processes that have the libraries: one for each set of layers."""

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from stack.layers import code_path, layer_path, runtime_path
from stack.paths import STATE
from stack.processes import Process
from stack.template import Function

_WORKER = Path(__file__).with_name("worker.py")
_HEADER = 10
# Variables that an import may read, by how their names begin: the same in every stack.
_IMPORTED = ("AWS_LAMBDA_", "AWS_DEFAULT_REGION", "AWS_REGION", "LANG", "PATH", "POWERTOOLS_", "TZ")


class Environment:
    """One process of a function: a line goes in, a line comes out. Killed when it is to end.

    fresh: it imports the handler itself, as it is now.
    """

    def __init__(
        self, function: Function, variables: Mapping[str, str], log: Path, *, fresh: bool = False
    ) -> None:
        order = {
            "handler": function.handler,
            "code": str(code_path(function)),
            "variables": dict(variables),
        }
        events, self._events = os.pipe()
        self._answers, answers = os.pipe()
        parent = _libraries(function.layers) if fresh else _handler(function.layers, order)
        with log.open("ab") as sink:
            try:
                self.pid = parent.order(order, [events, answers, sink.fileno()])
            finally:
                os.close(events)
                os.close(answers)
        self._to = os.fdopen(self._events, "wb", buffering=0)
        self._from = os.fdopen(self._answers, "rb")

    def ask(self, line: bytes) -> bytes:
        """What it answers; empty when it died. Raises OSError, ValueError when it is gone."""
        self._to.write(line)
        return self._from.readline()

    def alive(self) -> bool:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, 0)
            return True
        return False

    def kill(self) -> None:
        """End it at once, as a crash would, and wait until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        while self.alive():
            time.sleep(0.001)
        for pipe in (self._to, self._from):
            with contextlib.suppress(OSError):
                pipe.close()


class _Parent:
    """A process that forks others by order; started with the first order, and again if it died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._channel: socket.socket | None = None

    def order(self, order: Mapping[str, object], files: list[int]) -> int:
        """Number of the process that the order became."""
        body = json.dumps(order).encode()
        with self._lock:
            if self._channel is None or not self._alive():
                self._channel, theirs = socket.socketpair()
                with theirs:
                    self._start(theirs.fileno())
            socket.send_fds(self._channel, [b"%0*d" % (_HEADER, len(body))], files)
            self._channel.sendall(body)
            return int(self._channel.recv(_HEADER, socket.MSG_WAITALL))

    def _alive(self) -> bool:
        raise NotImplementedError

    def _start(self, channel: int) -> None:
        raise NotImplementedError


class _Libraries(_Parent):
    """Has imported what a set of layers brings."""

    def __init__(self, layers: tuple[Path, ...]) -> None:
        super().__init__()
        self._layers = layers
        self._process: Process | None = None

    def _alive(self) -> bool:
        return self._process is not None and self._process.alive()

    def _start(self, channel: int) -> None:
        log = STATE / "environments.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        found = {
            "layers": [str(layer_path(each)) for each in self._layers],
            "runtime": str(runtime_path()),
        }
        self._process = Process(
            # As in Lambda: of this Python nothing but the standard library.
            [sys.executable, "-I", "-S", _WORKER, str(channel), json.dumps(found)],
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"},
            log=log,
            inherit=[channel],
        )


class _Handler(_Parent):
    """Has imported a handler too."""

    def __init__(self, libraries: _Libraries, order: Mapping[str, object]) -> None:
        super().__init__()
        self._libraries = libraries
        self._order = order
        self._pid = 0

    def _alive(self) -> bool:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, 0)
            return True
        return False

    def _start(self, channel: int) -> None:
        self._pid = self._libraries.order(self._order, [channel])


@cache
def _libraries(layers: tuple[Path, ...]) -> _Libraries:
    return _Libraries(layers)


_handlers: dict[str, _Handler] = {}


def _handler(layers: tuple[Path, ...], order: Mapping[str, Any]) -> _Handler:
    known = {
        name: value for name, value in order["variables"].items() if name.startswith(_IMPORTED)
    }
    wanted = {**order, "variables": known}
    key = json.dumps([[str(each) for each in layers], wanted], sort_keys=True)
    return _handlers.setdefault(key, _Handler(_libraries(layers), wanted))
