"""Law 10: history only grows. No role changes it, service_role and the owner included."""

from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from stack.identity import API_ROLES, as_owner, as_user
from tests.world import rails
from tests.world.accounts import signed_in
from tests.world.asset_snapshots import about_a_group, prove
from tests.world.bad_input.right_commands import COMMANDS
from tests.world.catalog_tables import APPEND_ONLY, partitions_of, tables
from tests.world.chain import onchain
from tests.world.market import accepted, delivered, drawn, listing, pictured
from tests.world.merchants import shop
from tests.world.prices import record_price
from tests.world.ratings import rate, settled
from tests.world.refused import refused
from tests.world.scenes import ONCE
from tests.world.screenings import warned_of
from tests.world.staff import change_role
from tests.world.trades import p2p_trade
from tests.world.verifications import discord_link
from tests.world.wallets import wallets
from tests.world.webhooks import enqueue, new_endpoint, record, relay
from tests.world.world import World

pytestmark = pytest.mark.commits

_VERBS: tuple[LiteralString, ...] = (
    "delete from {}",
    "truncate {}",
    "truncate {} cascade",
    "update {} set {} = {}",
)


def _name(table: str) -> sql.Identifier:
    return sql.Identifier(*table.split("."))


def _statement(world: World, verb: LiteralString, table: str) -> sql.Composed:
    column = world.one(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 "
        "and attidentity = '' order by attnum limit 1",
        table,
    )
    holes = (_name(table), sql.Identifier(column), sql.Identifier(column))
    return sql.SQL(verb).format(*holes[: verb.count("{}")])


def _history(world: World) -> None:
    """At least one row in every table of history."""
    escrow = ONCE["decided_again"](world, "market_service")
    signed_in(world, escrow.payer)
    transfer = world.deposit(escrow.payer, "1")
    world.command("ledger_reverse", transfer_id=transfer, reason="mistake", aal="aal2",
                  actor_id=world.operator)  # fmt: skip
    other = ONCE["statements_with_offers"](world, "market_service")
    other.commit("evidence", "payer")
    world.command("evidence_upload", escrow_id=other.id, actor_id=other.payer, purpose="evidence",
                  sha256="a" * 64, name="receipt.pdf", media_type="application/pdf",
                  size_bytes=1024)  # fmt: skip
    trade = p2p_trade(world)
    as_user(world.connection, trade.payee)
    world.run("insert into public.trade_messages (trade_id, body) values (%s, 'Paid.')", trade.id)
    as_owner(world.connection)
    rated = settled(world, world.user("seller"), world.user("buyer"))
    rate(world, rated.id, rated.payer)
    rate(world, rated.id, rated.payee)
    seller, buyer = world.user("seller"), world.user("buyer")
    listed = listing(world, seller, units=2)
    drawn(world, delivered(world, buyer, seller, listed))
    pictured(world, seller)
    world.command("discord_link", **discord_link(world, seller))
    prove(world, about_a_group(world, buyer, seller))
    accepted(world, buyer, seller, listed).commit("cancel", "payer")
    new_endpoint(world, other.payer)
    other.commit("statement", "payer")
    relay(world)
    record(world, enqueue(world)[0], "succeed")
    world.run("update public.security_rules set threshold = 1 where id = 'repeated_disputes'")
    record_price(world, "50000")
    warned_of(world)
    begin = world.now()
    world.advance(hours=1)
    world.command("outage_declare", from_at=begin, to_at=world.now(), reason="a fire",
                  actor_id=world.operator, aal="aal2")  # fmt: skip
    world.command("party_open_file", party_id=seller, reason="a question", actor_id=world.operator,
                  aal="aal2")  # fmt: skip
    change_role(world, "grant", world.user(), "dispute_reader")
    world.command("setting_change", **COMMANDS["setting_change"](world))
    rails.released(world)
    rails.report(world, rails.awaiting(world, rail="stripe"), "of another rail", rail="base")
    onchain(world, world.user("payer"), world.user("payee"))
    wallets(world, world.user())
    assert rails.cost(world, "txn_1")
    with world.acting("service_role"):
        world.run("select service.outage_credit()")
        world.run("select service.ledger_rollup()")
        world.run("select service.security_watch()")
        answered = {"reference": "du_1", "escrow_id": str(escrow.id), "outcome": "submitted",
                    "sha256": "a" * 64}  # fmt: skip
        assert world.one("select service.chargeback_answered(%s)", Jsonb(answered))
    shop(world, world.user("owner"), world.user("invited"))


@pytest.fixture(scope="module", autouse=True)
def history(owner: psycopg.Connection[Any]) -> None:
    """Committed, as all history is by the time that somebody wants to change it."""
    _history(World(owner))
    owner.commit()


@pytest.mark.parametrize("verb", _VERBS)
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_the_owner_cannot_change_history(world: World, table: str, verb: LiteralString) -> None:
    assert world.one(sql.SQL("select count(*) from {}").format(_name(table))) > 0
    # A table that others refer to is not truncated alone, guard or no guard.
    foreign = ("0A000",) if verb == "truncate {}" else ()
    with refused(world.connection, "append_only", *foreign):
        world.connection.execute(_statement(world, verb, table))


@pytest.mark.parametrize("verb", _VERBS)
def test_the_owner_cannot_change_history_through_a_partition(
    world: World, verb: LiteralString
) -> None:
    seen = 0
    for table in APPEND_ONLY:
        for partition in partitions_of(world, table):
            seen += 1
            with refused(world.connection, "append_only"):
                world.connection.execute(_statement(world, verb, partition))
    assert seen > 0


def test_every_table_that_only_grows_is_named_here(world: World) -> None:
    guarded = {
        row[0]
        for row in world.rows(
            "select n.nspname || '.' || c.relname from pg_trigger as t "
            "join pg_class as c on c.oid = t.tgrelid "
            "join pg_namespace as n on n.oid = c.relnamespace "
            "where t.tgname = '_000_append_only' and not c.relispartition"
        )
    }
    assert guarded == set(APPEND_ONLY)


@pytest.mark.parametrize("role", API_ROLES)
def test_api_roles_cannot_change_history(world: World, role: str) -> None:
    for table in tables(world):
        parent = next((name for name in APPEND_ONLY if table.startswith(name)), None)
        if parent is None:
            continue
        for verb in (*_VERBS, "insert into {} default values"):
            statement = _statement(world, verb, table)
            # Messages and ratings are written by parties of a trade, which a default is not.
            with refused(world.connection, "42501", "trade_not_found"), world.acting(role):
                world.connection.execute(statement)
