"""The PostgREST process of a stack."""

import http.client
import os
import time
from pathlib import Path

from stack.cluster import Cluster
from stack.keys import Keys
from stack.paths import postgrest_bin
from stack.processes import Process, free_port, port_is_free

SCHEMAS = "public,service"


class PostgrestFailed(RuntimeError):
    """PostgREST did not become ready; the message ends with the last lines of its log."""


class PostgREST:
    """PostgREST in front of one database, restartable and killable."""

    def __init__(self, cluster: Cluster, keys: Keys, log: Path, *, pool: int = 16) -> None:
        self._cluster = cluster
        self._keys = keys
        self._log = log
        self._pool = pool
        self._process: Process | None = None
        self.port = 0
        self._admin_port = 0
        # What the API description names as its address.
        self.public_url = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start and wait until it has read the schema. Raises PostgrestFailed."""
        for last_try in (False, False, True):
            # Kept across restarts, as the functions know the address.
            self.port = self.port or free_port()
            self._admin_port = free_port()
            try:
                return self._start_once()
            except PostgrestFailed:
                if last_try or (port_is_free(self.port) and port_is_free(self._admin_port)):
                    raise
                self.port = 0

    def _start_once(self) -> None:
        settings = {
            "PGRST_DB_URI": self._cluster.url("authenticator"),
            "PGRST_DB_SCHEMAS": SCHEMAS,
            "PGRST_DB_ANON_ROLE": "anon",
            "PGRST_DB_EXTRA_SEARCH_PATH": "public,extensions",
            "PGRST_DB_POOL": str(self._pool),
            "PGRST_DB_MAX_ROWS": "1000",
            "PGRST_JWT_SECRET": self._keys.verifying,
            "PGRST_SERVER_HOST": "127.0.0.1",
            "PGRST_SERVER_PORT": str(self.port),
            "PGRST_ADMIN_SERVER_PORT": str(self._admin_port),
            "PGRST_OPENAPI_SERVER_PROXY_URI": self.public_url or self.url,
            "PGRST_LOG_LEVEL": "error",
        }
        environment = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"} | settings
        self._process = Process([postgrest_bin()], log=self._log, env=environment)
        self.wait_ready()

    def wait_ready(self, timeout: float = 30) -> None:
        """Wait until the database answers and the schema is read. Raises PostgrestFailed."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and self._process and self._process.alive():
            if self._ready():
                return
            time.sleep(0.05)
        self.kill()
        tail = self._log.read_text(errors="replace").splitlines()[-5:]
        raise PostgrestFailed("PostgREST did not become ready: " + " | ".join(tail))

    def _ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._admin_port, timeout=2)
        try:
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        if self._process:
            self._process.stop()
            self._process = None

    def kill(self) -> None:
        """Crash it."""
        if self._process:
            self._process.kill()
            self._process = None

    def restart(self) -> None:
        """Start again on the same port, after a stop or a crash."""
        self.stop()
        self.start()
