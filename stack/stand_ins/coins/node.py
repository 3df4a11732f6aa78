"""bitcoind or litecoind as a process of ours, on a network of one, and whatever it can be told."""

import base64
import http.client
import json
import shutil
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from stack.coin_nodes import coin_node
from stack.processes import Process, free_port

_USER, _PASSWORD = "tests", "tests"
# Each block is synced to the disk: in memory that is no matter.
_MEMORY = Path("/dev/shm")  # noqa: S108


class CoinNodeFailed(RuntimeError):
    """The node did not start."""


class Refused(RuntimeError):
    """A JSON-RPC error. code: the node's own."""

    def __init__(self, method: str, error: Any) -> None:
        self.code = int(error["code"])
        super().__init__(f"{method}: {error}")


class CoinNode:
    """One node, with its data in memory."""

    def __init__(self, program: str) -> None:
        self._program = program
        self._port = 0
        self._folder: Path | None = None
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://{_USER}:{_PASSWORD}@127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start and wait until it answers. Raises CoinNodeFailed, MissingPart."""
        program = coin_node(self._program)
        # A port found free may be another's a moment later.
        for _ in range(3):
            self._port = free_port()
            memory = _MEMORY if _MEMORY.is_dir() else None
            self._folder = Path(tempfile.mkdtemp(prefix="holdfast-coin-", dir=memory))
            self._process = Process(
                [
                    program, "-regtest", f"-datadir={self._folder}", "-server", "-listen=0",
                    "-dnsseed=0", "-rpcbind=127.0.0.1", "-rpcallowip=127.0.0.1",
                    f"-rpcport={self._port}", f"-rpcuser={_USER}", f"-rpcpassword={_PASSWORD}",
                    "-fallbackfee=0.0001", "-dbcache=16", "-printtoconsole=0",
                ]
            )  # fmt: skip
            if self._answers():
                return
            self.stop()
        raise CoinNodeFailed(f"{self._program} did not start")

    def stop(self) -> None:
        """End it at once: nothing of it is kept."""
        if self._process:
            self._process.kill()
            self._process = None
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def ask(self, method: str, *params: Any, wallet: str = "") -> Any:
        """The result of a call, amounts as Decimal. Raises Refused, OSError."""
        body = json.dumps({"id": 1, "method": method, "params": params}, default=str)
        _, content = self.forward(body.encode(), f"/wallet/{wallet}" if wallet else "/")
        answer = json.loads(content, parse_float=Decimal)
        if answer["error"]:
            raise Refused(method, answer["error"])
        return answer["result"]

    def forward(self, body: bytes, path: str = "/") -> tuple[int, bytes]:
        """Status and body of the answer to any request."""
        word = base64.b64encode(f"{_USER}:{_PASSWORD}".encode()).decode()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)
        try:
            connection.request("POST", path, body, {"authorization": f"Basic {word}"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _answers(self) -> bool:
        deadline = time.monotonic() + 60
        while self._process and self._process.alive() and time.monotonic() < deadline:
            try:
                # A stranger on the same port has another password, or another chain.
                return bool(self.ask("getblockchaininfo")["chain"] == "regtest")
            except (OSError, http.client.HTTPException, ValueError, Refused):
                time.sleep(0.05)
        return False
