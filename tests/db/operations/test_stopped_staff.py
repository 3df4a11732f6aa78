"""An operator who is stopped reads nothing that is an operator's, whatever role the rows give."""

from typing import LiteralString

import pytest
from psycopg import sql

from stack.identity import as_owner, as_user
from tests.world.access_matrix import grants, relations
from tests.world.all_tables import fill_all_tables
from tests.world.refused import refused
from tests.world.stopping import restore, stop
from tests.world.world import World

FUNCTIONS: tuple[LiteralString, ...] = (
    "select public.setting_rows('quotas')",
    "select public.failing_endpoints()",
    "select public.deposit_holdings()",
)


def _read(world: World, aal: str = "aal2") -> dict[str, int]:
    """How many rows of each relation the operator reads."""
    held, found = grants(world), {}
    for relation in relations(world):
        columns = held[relation, "authenticated", "select"]
        if columns and relation.startswith("public."):
            as_user(world.connection, world.operator, aal)
            found[relation] = world.one(
                sql.SQL("select count(*) from (select {} from {}) as s").format(
                    sql.SQL(", ").join(map(sql.Identifier, columns)),
                    sql.Identifier(*relation.split(".")),
                )
            )
            as_owner(world.connection)
    return found


@pytest.mark.parametrize("standing", ["suspended", "banned"])
def test_a_stopped_operator_reads_what_anybody_reads(world: World, standing: str) -> None:
    fill_all_tables(world)
    stranger = world.operator
    before = _read(world)
    world.run("delete from public.party_members where user_id = %s", stranger)
    nobody = _read(world)
    world.join(world.one("select private.platform_party()"), stranger, "operator")
    if standing == "suspended":
        stop(world, stranger)
    else:
        world.run("update auth.users set banned_until = private.clock() + interval '1 day' "
                  "where id = %s", stranger)  # fmt: skip
    stopped = _read(world)
    # But the own membership, which everybody reads.
    assert {name for name in stopped if stopped[name] > nobody[name]} == {"public.party_members"}
    assert sum(before[name] > stopped[name] for name in before) > 20
    for query in FUNCTIONS:
        with refused(world.connection, "operator_only"):
            as_user(world.connection, stranger)
            world.one(query)
    as_owner(world.connection)
    if standing == "suspended":
        restore(world, stranger)
        assert _read(world)["public.operator_requests"] == before["public.operator_requests"]
