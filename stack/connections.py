"""Connections that are lent again: a new one costs Postgres a process, and each function that it
calls is compiled anew."""

import threading
from types import TracebackType

import psycopg
from psycopg.pq import ConnStatus, TransactionStatus
from psycopg.rows import TupleRow

# What the last user set, locked, listened to or made for the time being.
_FORGET = (
    b"reset session authorization; reset role; reset all; unlisten *; "
    b"select pg_catalog.pg_advisory_unlock_all(); discard temp"
)


class Lent(psycopg.Connection[TupleRow]):
    """A connection in autocommit. The end of its `with` gives it back as it was lent."""

    _home: "Connections | None" = None
    _url = ""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._home is None or error or not self._is_reusable():
            super().__exit__(kind, error, trace)
        else:
            self._home.take_back(self)

    def _is_reusable(self) -> bool:
        return (
            self.autocommit
            and self.pgconn.status == ConnStatus.OK
            and self.pgconn.transaction_status == TransactionStatus.IDLE
        )


class Connections:
    """Those of one database that nobody uses now, by address. Safe to ask from many threads."""

    def __init__(self) -> None:
        self._idle: dict[str, list[Lent]] = {}
        self._lock = threading.Lock()

    def lend(self, url: str) -> Lent:
        """One that was given back, or a new one. Raises psycopg.OperationalError."""
        with self._lock:
            if idle := self._idle.get(url):
                return idle.pop()
        made = Lent.connect(url, autocommit=True, connect_timeout=60)
        made._home, made._url = self, url
        return made

    def take_back(self, connection: Lent) -> None:
        connection.execute(_FORGET)
        with self._lock:
            self._idle.setdefault(connection._url, []).append(connection)

    def close(self) -> None:
        """Close them."""
        with self._lock:
            idle, self._idle = self._idle, {}
        for connections in idle.values():
            for connection in connections:
                connection.close()
