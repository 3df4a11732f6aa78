"""moto servers: started when first needed, emptied and lent again when given back."""

import contextlib
import http.client
import sys
import threading
import time
from pathlib import Path

from stack.paths import STATE
from stack.processes import Process, free_port

_idle: "list[Moto]" = []
_lock = threading.Lock()


class MotoFailed(RuntimeError):
    """moto did not start."""


class Moto:
    """One server that plays all of AWS, with nothing in it. Get one from lend()."""

    def __init__(self) -> None:
        self.port = 0
        self._log = STATE / "moto.log"
        self._process: Process | None = None
        self._start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def alive(self) -> bool:
        return self._process is not None and self._process.alive()

    def give_back(self) -> None:
        """Let another stack have it."""
        with _lock:
            _idle.append(self)

    def reset(self) -> bool:
        """Forget everything; whether it could."""
        return self.alive() and self._ask("POST", "/moto-api/reset")

    def _start(self) -> None:
        Path(self._log).parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if not self.alive():
                # A port found free may be gone a moment later.
                self.port = free_port()
                self._process = Process(
                    [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
                    log=self._log,
                )
            if self._ask("GET", "/moto-api/data.json"):
                return
            time.sleep(0.05)
        raise MotoFailed(f"moto did not start, see {self._log}")

    def _ask(self, method: str, path: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request(method, path)
            return connection.getresponse().status == 200
        return False


def lend() -> Moto:
    """An empty server: one that another stack gave back, or a new one. Raises MotoFailed."""
    with _lock:
        while _idle:
            moto = _idle.pop()
            if moto.reset():
                return moto
    return Moto()
