"""The real sweep on the connection of a test: what decides about silence in production."""

from collections.abc import Mapping
from typing import Any

from psycopg import sql
from psycopg.types.json import Jsonb

from functions.escrow.sweep import Swept, sweep
from tests.world.world import World, plain


class ServiceCalls:
    """The database as the scheduled functions know it, inside the transaction of a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def rpc(self, name: str, params: Mapping[str, Any], **options: Any) -> Any:
        raise AssertionError("timers have no token")

    def service_rpc(self, name: str, params: Mapping[str, Any], *, repeatable: bool = False) -> Any:
        given = {
            key: Jsonb(plain(value)) if isinstance(value, list) else value
            for key, value in params.items()
        }
        query = sql.SQL("select service.{}({})").format(
            sql.Identifier(name),
            sql.SQL(", ").join(
                sql.SQL("{} => {}").format(sql.Identifier(key), sql.Placeholder(key))
                for key in given
            ),
        )
        with self._world.acting("service_role"):
            row = self._world.connection.execute(query, given).fetchone()
            self._world.settle()
        assert row
        return row[0]


def swept(world: World) -> Swept:
    """Let the timer act for everybody whose time is up."""
    return sweep(ServiceCalls(world), lambda: True)
