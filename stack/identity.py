"""Acting as an API role inside a transaction, as PostgREST does for a request."""

import json
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

Connection = psycopg.Connection[Any]

API_ROLES: tuple[LiteralString, ...] = (
    "anon", "authenticated", "api_key", "service_role",
)  # fmt: skip


def as_role(connection: Connection, role: str, **claims: Any) -> None:
    """Continue the transaction as a role with the given token claims."""
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
    content = json.dumps({"role": role, **claims})
    connection.execute("select set_config('request.jwt.claims', %s, true)", [content])


def as_user(connection: Connection, user_id: UUID | str, aal: str = "aal1", **claims: Any) -> None:
    """Continue the transaction as a signed-in person."""
    as_role(connection, "authenticated", sub=str(user_id), aal=aal, aud="authenticated", **claims)


def as_owner(connection: Connection) -> None:
    """Continue the transaction as the owner again, without claims."""
    connection.execute("reset role")
    connection.execute("select set_config('request.jwt.claims', '', true)")
