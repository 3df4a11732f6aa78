"""The functions' way to the database, on connections of psycopg instead of PostgREST."""

import contextlib
import json
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from shared.db_errors import problem_from_database, unavailable
from stack.cluster import Cluster
from tests.world.world import plain


class Surfaced(AssertionError):
    """A client saw an error that is no refusal: a deadlock, or a defect of the SQL."""


class Door:
    """shared.db.Database for one thread; a token is the id of a person with a second factor."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._connections: dict[str, psycopg.Connection[TupleRow]] = {}

    def rpc(
        self,
        name: str,
        params: Mapping[str, Any],
        *,
        token: str | None,
        schema: str = "public",
        repeatable: bool = False,
    ) -> Any:
        """Call as a person. Raises Problem, Surfaced."""
        return self._call("authenticated", schema, name, params, token)

    def service_rpc(self, name: str, params: Mapping[str, Any], *, repeatable: bool = False) -> Any:
        """Call a command as the functions do. Raises Problem, Surfaced."""
        return self._call("service_role", "service", name, params, None)

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _connection(self, role: str) -> psycopg.Connection[TupleRow]:
        if role not in self._connections:
            connection = self._cluster.connect("authenticator")
            connection.execute(sql.SQL("set role {}").format(sql.Identifier(role)))
            self._connections[role] = connection
        return self._connections[role]

    def _call(
        self, role: str, schema: str, name: str, params: Mapping[str, Any], user: str | None
    ) -> Any:
        call = sql.SQL("select {}.{}({})").format(
            sql.Identifier(schema),
            sql.Identifier(name),
            sql.SQL(", ").join(sql.SQL("{} => %s").format(sql.Identifier(each)) for each in params),
        )
        values = [
            Jsonb(plain(each)) if isinstance(each, dict | list) else each
            for each in params.values()
        ]
        try:
            connection = self._connection(role)
            if user is not None:
                claims = json.dumps({"role": role, "sub": user, "aal": "aal2"})
                connection.execute("select set_config('request.jwt.claims', %s, false)", [claims])
            row = connection.execute(call, values).fetchone()
        except psycopg.Error as error:
            raise self._problem(role, name, error) from error
        assert row is not None
        return row[0]

    def _problem(self, role: str, name: str, error: psycopg.Error) -> Exception:
        connection = self._connections.get(role)
        if connection is None or connection.closed:
            with contextlib.suppress(KeyError):
                del self._connections[role]
            return unavailable()
        seen, code = error.diag, error.sqlstate or ""
        if code == "PGRST":
            # As PostgREST reads it: the whole answer is in the message.
            said = json.loads(seen.message_primary or "")
            return problem_from_database(
                said["code"], said["message"], said["details"], said["hint"], signed_in=True
            )
        if code.startswith("PT4") or code == psycopg.errors.UniqueViolation.sqlstate:
            return problem_from_database(
                code, seen.message_primary, seen.message_detail, seen.message_hint, signed_in=True
            )
        return Surfaced(f"{name}: {code} {seen.message_primary}\n{seen.message_detail}")
