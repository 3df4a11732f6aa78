"""Starts Lambda execution environments as forks of processes that have the libraries: one process
for each set of layers."""

import contextlib
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from stack.layers import code_path, layer_path, runtime_path
from stack.paths import STATE
from stack.processes import Process
from stack.template import Function

_WORKER = Path(__file__).with_name("worker.py")
_HEADER = 10


class Environment:
    """One process of a function: a line goes in, a line comes out. Killed when it is to end."""

    def __init__(self, function: Function, variables: Mapping[str, str], log: Path) -> None:
        order = {
            "handler": function.handler,
            "code": str(code_path(function)),
            "variables": dict(variables),
        }
        events, self._events = os.pipe()
        self._answers, answers = os.pipe()
        with log.open("ab") as sink:
            try:
                self.pid = _factory(function.layers).order(order, [events, answers, sink.fileno()])
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


class _Factory:
    """The process that forks environments with the same layers; started with the first order, and
    again if it died."""

    def __init__(self, layers: tuple[Path, ...]) -> None:
        self._layers = layers
        self._lock = threading.Lock()
        self._process: Process | None = None
        self._channel: socket.socket | None = None

    def order(self, order: Mapping[str, object], pipes: list[int]) -> int:
        body = json.dumps(order).encode()
        with self._lock:
            channel = self._ready()
            socket.send_fds(channel, [b"%0*d" % (_HEADER, len(body))], pipes)
            channel.sendall(body)
            pid = channel.recv(_HEADER, socket.MSG_WAITALL)
        return int(pid)

    def _ready(self) -> socket.socket:
        if self._channel and self._process and self._process.alive():
            return self._channel
        ours, theirs = socket.socketpair()
        log = STATE / "environments.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        found = {
            "layers": [str(layer_path(each)) for each in self._layers],
            "runtime": str(runtime_path()),
        }
        self._process = Process(
            # As in Lambda: of this Python nothing but the standard library.
            [sys.executable, "-I", "-S", _WORKER, str(theirs.fileno()), json.dumps(found)],
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"},
            log=log,
            inherit=[theirs.fileno()],
        )
        theirs.close()
        self._channel = ours
        return ours


_factories: dict[tuple[Path, ...], _Factory] = {}


def _factory(layers: tuple[Path, ...]) -> _Factory:
    return _factories.setdefault(layers, _Factory(layers))
