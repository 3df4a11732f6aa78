"""Exports of a person's own data, read as the schedule reads them."""

import json
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from tests.world.world import World


def ask(world: World, who: UUID, **more: Any) -> Any:
    return world.command("data_export_ask", **{"actor_id": who, "aal": "aal2", **more})


def due(world: World) -> Any:
    with world.acting("service_role"):
        return world.one("select service.data_export_due()")


def pages(world: World, export: Any, max_rows: int = 500) -> dict[str, list[Any]]:
    """Rows of an export by table, read so many at a time."""
    told: dict[str, list[Any]] = {}
    for part in range(1, export["parts"] + 1):
        after = None
        sizes: list[int] = []
        while after or not sizes:
            with world.acting("service_role"):
                page = world.one("select service.data_export_page(%s, %s, %s, %s)",
                                 export["export_id"], part, after and Jsonb(after),
                                 max_rows)  # fmt: skip
            sizes.append(len(page["lines"]))
            assert sizes[-1] <= max_rows
            told.setdefault(page["table"], []).extend(map(json.loads, page["lines"]))
            after = page["after"]
    return told
