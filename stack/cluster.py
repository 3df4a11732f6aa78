"""A Postgres 17 of its own: created, started, crashed and restarted at will; and copies of one
database inside a running one."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from stack.connections import Connections
from stack.paths import postgres_bin
from stack.processes import (
    UNPRIVILEGED,
    PortTaken,
    Process,
    free_port,
    port_is_free,
    unprivileged,
)

SUPERUSER = "supabase_admin"
DATABASE = "postgres"

_COMMON = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",
    "log_min_messages": "warning",
    "timezone": "UTC",
}
_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
_DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_wal_size": "2GB",
}


_SETTINGS_OF_DATABASE = """
select format(
    'alter %%s set %%I = %%s',
    case setrole when 0 then format('database %%I', %(copy)s::text)
        else format('role %%I in database %%I', setrole::regrole::text, %(copy)s::text) end,
    split_part(setting, '=', 1), quote_literal(substr(setting, strpos(setting, '=') + 1))
)
from pg_db_role_setting, unnest(setconfig) as setting
where setdatabase = (select oid from pg_database where datname = %(origin)s::text)
"""


class ClusterFailed(RuntimeError):
    """Postgres did not start; the message ends with the last lines of its log."""


def own(path: Path) -> None:
    """Give a tree to the account that Postgres runs as, when started by root."""
    if os.geteuid() != 0:
        return
    for folder, _, files in os.walk(path):
        os.chown(folder, UNPRIVILEGED, UNPRIVILEGED)
        for name in files:
            os.chown(os.path.join(folder, name), UNPRIVILEGED, UNPRIVILEGED, follow_symlinks=False)


class Cluster:
    """One data directory and the server on it.

    durable=True keeps the commit settings of production (what a crash test or a
    benchmark of writes needs); otherwise commits do not wait for the disk.
    """

    database = DATABASE

    def __init__(self, data: Path, *, port: int = 0, durable: bool = False) -> None:
        self.data = data
        self.log = data.with_name(f"{data.name}.log")
        self.port = port
        self._wanted_port = port
        self._settings = _COMMON | (_DURABLE if durable else _FAST)
        self._process: Process | None = None
        self._connections = Connections()

    @property
    def admin_url(self) -> str:
        """Connection string of the superuser, for what a migration may never do."""
        return self.url(SUPERUSER)

    def url(self, role: str) -> str:
        return f"postgresql://{role}@127.0.0.1:{self.port}/{self.database}"

    def create(self) -> None:
        """Make an empty data directory. Raises ClusterFailed."""
        self.data.mkdir(parents=True)
        own(self.data)
        prefix, identity = unprivileged()
        made = subprocess.run(
            [
                *prefix, postgres_bin() / "initdb", "--pgdata", self.data,
                "--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8",
                "--locale", "C.UTF-8", "--no-sync", "--no-instructions",
            ],
            capture_output=True, text=True, check=False, cwd="/", **identity,
        )  # fmt: skip
        if made.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise ClusterFailed(f"initdb failed: {made.stderr.strip()}")

    def start(self) -> None:
        """Start the server and wait until it answers. Raises PortTaken, ClusterFailed."""
        # A port found free may be gone a moment later: only then is a second try right.
        for last_try in (False, False, True):
            self.port = self._wanted_port or self.port or free_port()
            if not port_is_free(self.port):
                if self._wanted_port:
                    raise PortTaken(self._wanted_port)
                self.port = 0
                continue
            try:
                self._start_once()
            except ClusterFailed:
                if last_try or self._wanted_port or port_is_free(self.port):
                    raise
                self.port = 0
            else:
                return
        raise ClusterFailed("no free port was found for Postgres")

    def _start_once(self) -> None:
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        self._process = Process(
            [postgres_bin() / "postgres", "-D", self.data, f"--port={self.port}", *options],
            log=self.log,
            cwd=Path("/"),
            stop_signal=signal.SIGINT,
            as_root=False,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if not self._process.alive():
                break
            with contextlib.suppress(psycopg.OperationalError), self.connect(SUPERUSER):
                return
            time.sleep(0.02)
        self._process.kill()
        self._process = None
        tail = self.log.read_text(errors="replace").splitlines()[-5:]
        raise ClusterFailed("Postgres did not start: " + " | ".join(tail))

    def connect(self, role: str = "postgres") -> psycopg.Connection[TupleRow]:
        """A connection in autocommit; the end of its `with` gives it back to be lent again."""
        return self._connections.lend(self.url(role))

    def execute(self, sql: LiteralString, *, role: str = "postgres") -> list[tuple[Any, ...]]:
        """Run SQL in a connection of its own; the rows, if it gives any."""
        with self.connect(role) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def disconnect(self) -> None:
        """Close the connections that nobody uses."""
        self._connections.close()

    def stop(self) -> None:
        """Shut down cleanly."""
        self.disconnect()
        if self._process:
            self._process.stop(timeout=30)
            self._process = None

    def kill(self) -> None:
        """Crash the server: every process of it ends at once, nothing is flushed."""
        self.disconnect()
        if self._process:
            self._process.kill()
            self._process = None

    def restart(self) -> None:
        """Start again on the same data and port, after a stop or a crash."""
        self.stop()
        self.start()


class NotAlone(RuntimeError):
    """A database that shares its cluster with others cannot be crashed."""


class Clone(Cluster):
    """A copy of the database of a running cluster, made by start() and dropped by stop().

    What belongs to the whole cluster is shared: roles, settings, the commits' durability.
    """

    def __init__(self, server: Cluster, name: str) -> None:
        super().__init__(server.data, port=server.port)
        self.database = name
        self._server = server

    def start(self) -> None:
        """Copy the database. Nobody may be connected to the original meanwhile."""
        self._server.disconnect()
        with self._maintenance() as admin:
            admin.execute(
                SQL("create database {} template {} strategy file_copy").format(
                    Identifier(self.database), Identifier(self._server.database)
                )
            )
            # Settings of a database stay with its number: a copy begins without.
            names = {"copy": self.database, "origin": self._server.database}
            for (statement,) in admin.execute(_SETTINGS_OF_DATABASE, names).fetchall():
                admin.execute(statement.encode())

    def stop(self) -> None:
        """Drop the database, whoever is still connected."""
        self.disconnect()
        with self._maintenance() as admin:
            admin.execute(
                SQL("drop database if exists {} with (force)").format(Identifier(self.database))
            )

    def kill(self) -> None:
        raise NotAlone("start a Stack, or a Cluster, of its own to crash it")

    def restart(self) -> None:
        raise NotAlone("start a Stack, or a Cluster, of its own to restart it")

    def _maintenance(self) -> psycopg.Connection[TupleRow]:
        url = f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/template1"
        return psycopg.connect(url, autocommit=True, connect_timeout=60)
