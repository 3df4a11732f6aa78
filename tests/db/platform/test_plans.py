"""The main list query of each exposed table finds an index, with row level security on."""

import json
from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
import pytest

from stack.identity import as_owner, as_user
from tests.world.all_tables import Filled, fill_all_tables
from tests.world.world import World

pytestmark = pytest.mark.commits

# What a client asks for; %(me)s is a party. Small tables of reference data are left out.
_LISTS: dict[str, LiteralString] = {
    "escrow_transactions as payer": "select id, state from private.escrow_transactions "
    "where payer_id = %(me)s order by created_at desc limit 50",
    "escrow_transactions as payee": "select id, state from private.escrow_transactions "
    "where payee_id = %(me)s order by created_at desc limit 50",
    "escrow_transactions by id": "select id from private.escrow_transactions where id = %(escrow)s",
    "escrow_events": "select version, event from private.escrow_events "
    "where escrow_id = %(escrow)s order by version",
    "escrow_offers": "select id, status from public.escrow_offers where escrow_id = %(escrow)s",
    "disputes": "select id, status from public.disputes where escrow_id = %(escrow)s",
    "disputes of an arbiter": "select id from public.disputes "
    "where arbiter_id = %(me)s and status = 'pending'",
    "dispute_statements": "select body from public.dispute_statements "
    "where dispute_id = %(dispute)s",
    "dispute_evidence": "select name from public.dispute_evidence where dispute_id = %(dispute)s",
    "dispute_decisions": "select grounds from public.dispute_decisions "
    "where dispute_id = %(dispute)s",
    "dispute_assignments": "select number from public.dispute_assignments "
    "where dispute_id = %(dispute)s",
    "escrow_cases": "select id, state from public.escrow_cases where escrow_id = %(escrow)s",
    "p2p_orders as a book": "select id, price from public.p2p_orders where status = 'active' "
    "and cryptocurrency = 'BTC' and fiat_currency = 'USD' and type = 'sell' "
    "order by price limit 50",
    "p2p_orders of a maker": "select id from public.p2p_orders where user_id = %(me)s "
    "order by created_at desc limit 50",
    "p2p_trades as buyer": "select id from public.p2p_trades where buyer_id = %(me)s "
    "order by created_at desc limit 50",
    "p2p_trades as seller": "select id from public.p2p_trades where seller_id = %(me)s "
    "order by created_at desc limit 50",
    "p2p_trades of an order": "select id from public.p2p_trades where order_id = %(order)s",
    "p2p_ratings of a party": "select score, comment from public.p2p_ratings "
    "where party_id = %(me)s order by created_at desc limit 50",
    "p2p_ratings of a trade": "select score from public.p2p_ratings where trade_id = %(trade)s",
    "trader_profiles": "select score from public.trader_profiles where party_id = %(me)s",
    "wallets": "select currency, available from public.wallets",
    "wallet_balances": "select currency, available from public.wallet_balances",
    "ledger_entries": "select amount from public.ledger_entries where wallet_id = %(wallet)s "
    "order by created_at desc, id desc limit 50",
    "ledger_entries of all wallets": "select amount from public.ledger_entries",
    "ledger_transfers": "select kind from private.ledger_transfers where reference_id = %(escrow)s",
    "ledger_holds": "select amount from public.ledger_holds",
    "transactions": "select amount from public.transactions where wallet_id = %(wallet)s "
    "order by created_at desc, id desc limit 50",
    "audit_log": "select before, after from public.audit_log "
    "where table_name = 'p2p_orders' and row_id = %(order)s::text",
    "parties": "select display_name from public.parties where id = %(me)s",
    "party_members": "select role from public.party_members where user_id = %(me)s",
    "profiles": "select full_name from public.profiles where id = %(me)s",
}


def _scans(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from _scans(part)


def _read_whole(world: World, theirs: Filled, query: LiteralString) -> list[str]:
    """The tables of which a plan reads every row though it would rather not."""
    values = {
        "me": theirs.payer, "escrow": theirs.disputed.id, "order": theirs.published,
        "dispute": theirs.disputed.dispute()["id"], "wallet": world.wallet(theirs.payer),
        "trade": theirs.rated.id,
    }  # fmt: skip
    world.run("set local enable_seqscan = off")
    as_user(world.connection, theirs.payer)
    row = world.connection.execute("explain (format json) " + query, values).fetchone()
    as_owner(world.connection)
    assert row
    plan = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    return list(_scans(plan[0]["Plan"]))


@pytest.fixture(scope="module", autouse=True)
def theirs(owner: psycopg.Connection[Any]) -> Filled:
    """Committed: a plan changes nothing."""
    made = fill_all_tables(World(owner))
    owner.commit()
    return made


@pytest.mark.parametrize("name", _LISTS)
def test_a_list_finds_an_index(world: World, theirs: Filled, name: str) -> None:
    assert _read_whole(world, theirs, _LISTS[name]) == []


def test_a_list_without_an_index_is_found_out(world: World, theirs: Filled) -> None:
    query: LiteralString = "select id from public.guilds where description = 'alice'"
    assert _read_whole(world, theirs, query) == ["guilds"]


# What policies ask for each request, as the person: their own plans are hidden in functions.
_INSIDE: dict[str, LiteralString] = {
    "my_parties": "select party_id from public.party_members where user_id = auth.uid() "
    "and role in ('owner', 'operator', 'signer', 'viewer')",
    "open files": "select party_id from public.party_files "
    "where operator_id = auth.uid() and closes_at > now()",
    "disputes of mine": "select d.escrow_id from public.disputes as d "
    "where d.arbiter_id = auth.uid()",
    "escrows that wait for a second arbiter": "select e.id from private.escrow_transactions as e "
    "where e.phase = 'approve'",
    "due": "select id from private.escrow_transactions where expires_at <= now() "
    "and expires_at is not null and frozen_at is null order by expires_at limit 500",
    "orders to expire": "select id from public.p2p_orders where status in ('draft', 'active') "
    "and expires_at <= now()",
    "cases to expire": "select id from public.escrow_cases where state = 'review' "
    "and deadline_at <= now() order by deadline_at limit 500",
    "reputations to compute": "select id from private.reputation_queue where due_at <= now() "
    "order by due_at limit 500",
    "keys to forget": "select 1 from private.idempotency_keys where created_at < now()",
    "tail of a shared wallet": "select sum(amount) from public.ledger_entries where "
    "wallet_id = gen_random_uuid() and seq is null and id > 5",
}


@pytest.mark.parametrize("name", _INSIDE)
def test_what_functions_look_for_finds_an_index(world: World, name: str) -> None:
    world.run("set local enable_seqscan = off")
    (plan,) = world.one("explain (format json) " + _INSIDE[name])
    assert list(_scans(plan["Plan"])) == []
