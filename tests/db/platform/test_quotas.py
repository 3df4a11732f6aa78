"""What one person may write: a row for each kind, one function that counts, a clear refusal."""

import json
from collections.abc import Callable
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from stack.identity import as_owner, as_user
from tests.world.market import PARTS, listing
from tests.world.refused import refused
from tests.world.trades import p2p_trade
from tests.world.world import World

# What a person writes straight into a table, as often as wanted.
_OWN: dict[str, tuple[str, LiteralString]] = {
    "order_draft": (
        "public.p2p_orders",
        "insert into public.p2p_orders (user_id, type, cryptocurrency, fiat_currency, amount, "
        "price, min_order_amount, max_order_amount, payment_methods) "
        "values (%(me)s, 'sell', 'BTC', 'USD', 1, 50000, 0.01, 1, '{sepa}')",
    ),
    "listing": (
        "public.listings",
        "insert into public.listings (seller_id, category, title, price, currency) "
        "values (%(me)s, 'groups', 'A group', 100, 'USDC_BASE')",
    ),
    "guild": ("public.guilds", "insert into public.guilds (name) values ('Traders')"),
    "payment_account": (
        "public.payment_accounts",
        "insert into public.payment_accounts (user_id, method, fields) values (%(me)s, 'sepa', "
        """'{"holder": "A. Nova", "iban": "DE89370400440532013000"}')""",
    ),
}


def _quota(
    world: World, kind: str, *, at_once: int | None = None, still: int | None = None
) -> None:
    """Make a quota small: so many in an hour, so many open."""
    window = None if at_once is None else "1 hour"
    world.run(
        "update private.quotas set max_in_window = %s, in_window = %s, max_open = %s "
        "where kind = %s",
        at_once, window, still, kind,
    )  # fmt: skip


def _write(world: World, who: UUID, statement: LiteralString) -> None:
    as_user(world.connection, who, aal="aal2")
    world.connection.execute(statement, {"me": who})
    as_owner(world.connection)


@pytest.mark.parametrize("kind", _OWN)
def test_so_many_in_a_window_and_then_no_more(world: World, kind: str) -> None:
    table, statement = _OWN[kind]
    person, other = world.user(limited=True), world.user(limited=True)
    _quota(world, kind, at_once=3)
    for _ in range(3):
        _write(world, person, statement)
    with refused(world.connection, "quota_exceeded"):
        _write(world, person, statement)
    # A neighbour is not held up, and each comes back after its share of the window.
    _write(world, other, statement)
    world.advance(minutes=20, seconds=1)
    _write(world, person, statement)
    with refused(world.connection, "quota_exceeded"):
        _write(world, person, statement)
    world.advance(minutes=61)
    for _ in range(3):
        _write(world, person, statement)
    query = sql.SQL("select count(*) from {}").format(sql.Identifier(*table.split(".")))
    assert world.one(query) >= 8


@pytest.mark.parametrize("kind", _OWN)
def test_so_many_open_at_once(world: World, kind: str) -> None:
    _, statement = _OWN[kind]
    person = world.user(limited=True)
    _quota(world, kind, still=2)
    _write(world, person, statement)
    _write(world, person, statement)
    with refused(world.connection, "quota_exceeded"):
        _write(world, person, statement)


@pytest.mark.parametrize(
    ("kind", "close"),
    [
        ("order_draft", "delete from public.p2p_orders where user_id = %(me)s"),
        ("listing", "delete from public.listings where seller_id = %(me)s"),
        ("payment_account", "update public.payment_accounts set deleted_at = private.clock()"),
    ],
)
def test_what_is_closed_makes_room(world: World, kind: str, close: LiteralString) -> None:
    _, statement = _OWN[kind]
    person = world.user(limited=True)
    _quota(world, kind, still=1)
    _write(world, person, statement)
    with refused(world.connection, "quota_exceeded"):
        _write(world, person, statement)
    _write(world, person, close)
    _write(world, person, statement)


def test_one_statement_with_many_rows_is_many(world: World) -> None:
    person = world.user(limited=True)
    _quota(world, "guild", at_once=3)
    with refused(world.connection, "quota_exceeded"):
        _write(world, person, "insert into public.guilds (name) values ('A'), ('B'), ('C'), ('D')")
    _quota(world, "guild", still=3)
    with refused(world.connection, "quota_exceeded"):
        _write(world, person, "insert into public.guilds (name) values ('A'), ('B'), ('C'), ('D')")


def test_edits_of_all_kinds_are_counted_together(world: World) -> None:
    person = world.user(limited=True)
    made = listing(world, person)
    _quota(world, "edit", at_once=4)
    _write(world, person, "update public.profiles set full_name = 'A. Nova' where id = %(me)s")
    for price in range(3):
        as_user(world.connection, person)
        world.run("update public.listings set price = %s where id = %s", price + 1, made)
        as_owner(world.connection)
    with refused(world.connection, "quota_exceeded"):
        _write(world, person, "update public.listings set price = 9 where seller_id = %(me)s")


def test_what_a_buyer_changes_by_buying_is_not_the_sellers_edit(world: World) -> None:
    seller, buyer = world.user(limited=True), world.user()
    _quota(world, "edit", at_once=1)
    made = listing(world, seller, units=3)
    for _ in range(2):
        fields = {"amount": "100", "milestones": PARTS, "listing_id": made, "actor_id": buyer}
        offer = world.command("offer_make", **fields)["offer_id"]
        world.command("offer_accept", offer_id=offer, actor_id=seller)
    assert world.one("select units_left from public.listings where id = %s", made) == 1


def _one_to_one(world: World) -> tuple[UUID, UUID, Callable[[], Any]]:
    """A stranger who offers on one listing after another of one seller."""
    seller, stranger = world.user(), world.user(limited=True)
    listings = iter([listing(world, seller) for _ in range(6)])

    def offer() -> Any:
        terms = {"amount": "100", "milestones": PARTS}
        return world.command("offer_make", listing_id=next(listings), actor_id=stranger, **terms)

    return seller, stranger, offer


@pytest.mark.parametrize("limit", [{"at_once": 3}, {"still": 3}])
def test_one_stranger_sends_one_receiver_so_much(world: World, limit: dict[str, int]) -> None:
    seller, stranger, offer = _one_to_one(world)
    _quota(world, "offer_to_one", **limit)
    before = _news(world, seller)
    for _ in range(3):
        offer()
    with refused(world.connection, "quota_exceeded"):
        offer()
    assert _news(world, seller) == before + 3
    # Somebody else may still be written to.
    terms = {"amount": "100", "milestones": PARTS, "actor_id": stranger}
    world.command("offer_make", listing_id=listing(world, world.user()), **terms)


def test_counter_offers_count_as_offers_do(world: World) -> None:
    seller, stranger, offer = _one_to_one(world)
    _quota(world, "offer_to_one", at_once=2)
    last, terms = offer()["offer_id"], {"amount": "100", "milestones": PARTS}
    for who in (seller, stranger, seller):
        last = world.command("offer_counter", offer_id=last, actor_id=who, **terms)["offer_id"]
    with refused(world.connection, "quota_exceeded"):
        world.command("offer_counter", offer_id=last, actor_id=stranger, **terms)


def test_offers_to_split_are_not_a_way_to_ring_somebodys_bell(world: World) -> None:
    escrow = p2p_trade(world)
    _quota(world, "split_offer", at_once=4)
    before = _news(world, escrow.payer)
    for n in range(4):
        escrow.commit("offer_split", "payee", payload={"payee_amount": f"0.00{n}"})
    with refused(world.connection, "quota_exceeded"):
        escrow.commit("offer_split", "payee", payload={"payee_amount": "0.009"})
    # The other side still has all of its own.
    escrow.commit("offer_split", "payer", payload={"payee_amount": "0.001"})
    assert _news(world, escrow.payer) == before + 5
    world.advance(minutes=15, seconds=1)
    escrow.commit("offer_split", "payee", payload={"payee_amount": "0.009"})


def _news(world: World, party: UUID) -> int:
    count: int = world.one("select count(*) from private.outbox where %s = any (parties)", party)
    return count


def test_a_message_is_counted_for_each_trade(world: World) -> None:
    first, second = p2p_trade(world), p2p_trade(world)
    world.run(
        "update private.quotas set max_in_window = 2, in_window = '1 hour' where kind = 'message'"
    )
    statement: LiteralString = (
        "insert into public.trade_messages (trade_id, body) values (%s, 'Hello')"
    )

    def say(escrow: Any) -> None:
        as_user(world.connection, escrow.payer)
        world.run(statement, escrow.id)
        as_owner(world.connection)

    for escrow in (first, second):
        say(escrow)
        say(escrow)
        with refused(world.connection, "quota_exceeded"):
            say(escrow)


def test_the_refusal_says_which_quota_and_when_to_come_back(world: World) -> None:
    person = world.user(limited=True)
    _quota(world, "guild", at_once=1)
    _write(world, person, _OWN["guild"][1])
    with pytest.raises(psycopg.Error) as caught, world.connection.transaction():
        _write(world, person, _OWN["guild"][1])
    answer = json.loads(caught.value.diag.message_primary or "")
    members = json.loads(answer["details"])
    assert (answer["code"], answer["message"]) == ("PT429", "quota_exceeded")
    assert (members["quota"], members["maximum"]) == ("guild", 1)
    assert 3500 < members["retry_after"] <= 3600
    outside = json.loads(caught.value.diag.message_detail or "")
    assert outside == {"status": 429, "headers": {"Retry-After": str(members["retry_after"])}}


def test_the_row_of_the_highest_tier_that_a_person_has_counts(world: World) -> None:
    person = world.user(limited=True)
    _quota(world, "block", at_once=1)
    world.run(
        "insert into private.quotas (kind, min_tier, max_in_window, in_window) "
        "values ('block', 1, 2, '1 hour')"
    )
    statement: LiteralString = (
        "insert into public.p2p_blocks (blocker_id, blocked_id) values (%s, %s)"
    )

    def block() -> None:
        world.run(statement, person, world.user())

    block()
    with refused(world.connection, "quota_exceeded"):
        block()
    world.run(
        "insert into public.profile_verifications (party_id, change, tier, source)"
        " values (%s, 'grant_tier', 2, 'operator')",
        person,
    )
    block()
    with refused(world.connection, "quota_exceeded"):
        block()


def test_what_was_counted_long_ago_is_forgotten(world: World) -> None:
    person = world.user(limited=True)
    _write(world, person, _OWN["guild"][1])
    keep: LiteralString = "select count(*) from private.quota_levels where party_id = %s"
    with world.acting("service_role"):
        world.run("select service.housekeeping()")
    assert world.one(keep, person) == 1
    world.advance(days=30, hours=1)
    with world.acting("service_role"):
        world.run("select service.housekeeping()")
    assert world.one(keep, person) == 0


def test_a_quota_that_nobody_wrote_down_is_a_defect(world: World) -> None:
    with refused(world.connection, "P0002"):
        world.rows("select private.take_quota('no_such_kind', %s)", uuid4())


# Tables into which people write that have no quota of their own, and why.
_BOUNDED_OTHERWISE = {
    "public.p2p_auto_replies": "one for an order",
    "public.p2p_order_accounts": "one for an order and a method",
    "public.arbiter_capacities": "operators write it",
    "public.guild_members": "one for an invitation",
    "public.message_preferences": "one for a kind and a channel",
    "public.message_settings": "one for a person",
}


def test_every_table_that_people_write_has_a_quota(world: World) -> None:
    written = {
        row[0]
        for row in world.rows(
            "select 'public.' || c.relname from pg_class as c where c.relkind in ('r', 'p') "
            "and c.relnamespace = 'public'::regnamespace and not c.relispartition "
            "and has_any_column_privilege('authenticated', c.oid, 'insert')"
        )
    }
    held = {row[0] for row in world.rows(_HELD, "_550_quota")}
    assert written - held == set(_BOUNDED_OTHERWISE)


_HELD: LiteralString = (
    "select 'public.' || c.relname from pg_trigger as t join pg_class as c on c.oid = t.tgrelid "
    "where t.tgname = %s and not c.relispartition"
)


def test_every_quota_is_written_down_and_used(world: World) -> None:
    known = {row[0] for row in world.rows("select kind from private.quotas")}
    by_trigger = _kinds_of_triggers(world)
    by_name = {
        row[0]
        for row in world.rows(
            "select m[1] from pg_proc as p, "
            "regexp_matches(p.prosrc, 'take_quota\\(\\s*''([a-z_]+)''', 'g') as m"
        )
    }
    assert known == by_trigger | by_name
    everybody = world.rows("select kind from private.quotas where min_tier = 0")
    assert {row[0] for row in everybody} == known


def _kinds_of_triggers(world: World) -> set[str]:
    rows = world.rows("select tgargs from pg_trigger where tgname in ('_550_quota', '_560_quota')")
    return {bytes(row[0]).split(b"\0")[0].decode() for row in rows}


def test_amounts_of_honest_days_fit(world: World) -> None:
    """The rows as delivered: a busy seller's morning does not meet them."""
    person = world.user(limited=True)
    for _ in range(40):
        _write(world, person, _OWN["listing"][1])
    assert world.one("select count(*) from public.listings where seller_id = %s", person) == 40
