"""Incidents of other systems about who may do and read what; numbers as in incidents.md."""

from typing import Any
from uuid import UUID

from psycopg import sql

from stack.identity import as_owner, as_user
from tests.world.access_matrix import act, grants, relations
from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.trades import (
    draft,
    publish,
    sell_order,
    take,
    take_command,
)
from tests.world.world import World


def test_incident_28_rights_come_from_the_row(world: World) -> None:
    order, maker = sell_order(world)
    taker, other = world.user(), world.user()
    trade = Escrow(world, take(world, order, taker, "0.4"), maker, taker)
    for event, role in (("perform", "payee"), ("accept", "payer"), ("concede", "payee"),
                        ("offer_split", "payer"), ("dispute", "payer")):  # fmt: skip
        with refused(world.connection, "not_your_move"):
            trade.commit(event, role, actor_id=other)
    with refused(world.connection, "not_your_order"):
        world.command("order_cancel", order_id=order, actor_id=taker)


def test_incident_29_a_makers_payment_data_is_for_the_taker(world: World) -> None:
    """Whoever reads the whole book, signed in or not, finds no account number in it."""
    secret = "IBAN DE00 1234"
    maker = world.user("maker")
    world.deposit(maker, "1")
    order = _with_instructions(world, maker, secret)
    publish(world, order, maker)
    reader = world.user()
    for role, user in (("authenticated", reader), ("anon", None)):
        assert secret not in _everything(world, role, user)
    answer = world.command("order_take", **_take(world, order, reader))
    assert answer["auto_reply"] == secret


def _with_instructions(world: World, maker: UUID, text: str) -> UUID:
    order = draft(world, maker)
    as_user(world.connection, maker, aal="aal2")
    world.run("insert into public.p2p_auto_replies values (%s, %s)", order, text)
    as_owner(world.connection)
    return order


def _take(world: World, order: UUID, taker: UUID) -> dict[str, Any]:
    return take_command(order, taker, "0.1")


def _everything(world: World, role: str, user: UUID | None) -> str:
    """All that a role can read, as text."""
    seen = []
    held = grants(world)
    for table in relations(world):
        columns = held[table, role, "select"]
        if columns:
            act(world, role, user)
            seen += world.rows(
                sql.SQL("select {} from {}").format(
                    sql.SQL(", ").join(map(sql.Identifier, columns)),
                    sql.Identifier(*table.split(".")),
                )
            )
            as_owner(world.connection)
    return str(seen)
