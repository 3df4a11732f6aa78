"""anvil as a process of ours, and whatever it can be told."""

import http.client
import json
import secrets
import time
from typing import Any

from stack.paths import anvil_bin
from stack.processes import Process, free_port


class AnvilFailed(RuntimeError):
    """anvil did not start, or refused what it was told."""


class Anvil:
    """A chain in memory. Every transaction gets a block of its own unless mining is paused.

    path, address: of the one account that it signs for when asked to.
    """

    def __init__(self, chain_id: int, path: str, address: str) -> None:
        self._path = path
        self._address = address
        # Ether of that account: a mark by which it is told from another run's on the same port.
        self._mark = 10**6 + secrets.randbelow(10**9)
        self._chain_id = chain_id
        self._port = 0
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def running(self) -> Process | None:
        return self._process

    def start(self) -> None:
        """Start and wait until it answers. Raises AnvilFailed, MissingPart."""
        # A port found free may be another's a moment later.
        for _ in range(3):
            self._port = free_port()
            self._process = Process(
                [
                    anvil_bin(), "--host", "127.0.0.1", "--port", str(self._port), "--silent",
                    "--chain-id", str(self._chain_id), "--slots-in-an-epoch", "2",
                    "--accounts", "1", "--derivation-path", self._path,
                    "--balance", str(self._mark),
                ]
            )  # fmt: skip
            if self._answers():
                return
            self.stop()
        raise AnvilFailed("anvil did not start")

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process = None

    def ask(self, method: str, *params: Any) -> Any:
        """The result of a call. Raises AnvilFailed when it is refused, OSError."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        status, content = self.forward(body.encode())
        answer = json.loads(content)
        if status != 200 or "error" in answer:
            raise AnvilFailed(f"{method}: {answer.get('error')}")
        return answer.get("result")

    def forward(self, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to any request."""
        if not self._process:
            raise AnvilFailed("anvil does not run")
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request("POST", "/", body, {"content-type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _answers(self) -> bool:
        deadline = time.monotonic() + 60
        while self._process and self._process.alive() and time.monotonic() < deadline:
            try:
                found = int(self.ask("eth_getBalance", self._address, "latest"), 16)
                return found == self._mark * 10**18
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)
        return False
