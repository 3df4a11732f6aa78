"""API keys: what a scope opens, and that nothing else is open; and when a key ends."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from stack.identity import as_owner, as_role
from tests.world.access_matrix import grants
from tests.world.accounts import events
from tests.world.all_tables import fill_all_tables
from tests.world.api_keys import Made, every_scope, exchanged, key_command, made
from tests.world.refused import refused
from tests.world.stopping import stop
from tests.world.wallets import CURRENCY
from tests.world.world import PLATFORM, World

# Which relations each scope opens; every other one that people read is closed.
READS = {
    "wallets:read": "wallets wallet_balances transactions "
    "ledger_entries ledger_transfers ledger_holds",
    "deposits:read": "deposit_requests",
    "withdrawals:read": "payout_destinations payouts payout_events withdrawals",
    "escrows:read": "escrow_transactions escrow_events escrow_offers",
    "escrows:write": "escrow_transactions escrow_events escrow_offers",
    "orders:read": "p2p_orders p2p_trades",
    "invoices:read": "merchants merchant_settings invoices invoice_lines invoice_methods "
    "invoice_payments invoice_refunds",
    "webhooks:read": "webhook_endpoints webhook_deliveries webhook_attempts",
}  # fmt: skip


def _organisation(world: World, owner: UUID) -> UUID:
    party: UUID = world.one(
        "insert into public.parties (kind, display_name) values ('merchant', 'Shop') returning id"
    )
    world.join(party, owner, "owner")
    return party


def _refusal(world: World, key: UUID, party: UUID, act: str) -> str | None:
    refusal: str | None = world.one("select private.act_refusal(%s, %s, %s, null)", key, party, act)
    return refusal


def test_a_scope_opens_the_acts_that_name_it_and_no_other(world: World) -> None:
    person = world.user()
    party = _organisation(world, person)
    acts = dict(world.rows("select act, scope from private.acts"))
    assert {scope for scope in acts.values() if scope} <= set(every_scope(world))
    for owner, fields in ((person, {}), (party, {"party_id": party})):
        for scope in every_scope(world):
            key = made(world, person, scope, **fields)
            for act, needs in acts.items():
                want = None if needs == scope else "scope_missing"
                assert _refusal(world, key.id, owner, act) == want, (scope, act)
                # Not even what its scope names, for anybody but its party.
                other = person if owner == party else party
                assert _refusal(world, key.id, other, act) == "scope_missing", (scope, act)


def test_no_key_makes_keys_names_destinations_or_works_for_holdfast(world: World) -> None:
    named = world.rows("select act, kind::text from private.acts where scope is not null")
    assert {kind for _, kind in named} <= {"business", "settle", "money_out", "destination"}
    assert {act for act, kind in named if kind == "destination"} == {
        "webhook_delivery_resend", "webhook_ping", "webhook_resend"
    }  # fmt: skip
    person = world.user()
    key = made(world, person, *every_scope(world))
    with refused(world.connection, "scope_missing"):
        world.command("api_key_create", **key_command(key.id))
    for name in ("api_key_rotate", "api_key_revoke"):
        with refused(world.connection, "scope_missing"):
            world.command(
                name, actor_id=key.id, aal="aal2", key_id=key.id, last4="aaaa", secret_hash="0" * 64
            )


def test_a_scope_opens_its_relations_and_no_other(world: World) -> None:
    first, _ = fill_all_tables(world), fill_all_tables(world)
    held = grants(world)
    # What strangers read, keys read.
    readable = sorted(
        table
        for (table, role, verb), columns in list(held.items())
        if role == "api_key"
        and verb == "select"
        and columns
        and not held[table, "anon", verb]
        # Of a view of public the table behind it has the same rows, and no address.
        and table.startswith("public.")
    )
    assert readable == sorted(
        {f"public.{name}" for names in READS.values() for name in names.split()}
    )
    assert not [key for key, held_ in held.items() if key[1:] in _WRITES and held_]
    # A key has the rows of its own party: those of the person and those of their merchant are all
    # that the person sees.
    shown = {
        scope: [
            _seen(world, readable, made(world, first.payer, scope, **party))
            for party in ({}, {"party_id": first.merchant})
        ]
        for scope in every_scope(world)
    }
    as_person = _rows(world, readable, "authenticated", first.payer)
    for scope, seen in shown.items():
        for table in readable:
            found = set[str]().union(*(each[table] for each in seen))
            if table.partition(".")[2] in READS.get(scope, "").split():
                assert found == as_person[table], (scope, table)
            else:
                assert not found, (scope, table)
    # Nothing of this is empty for want of rows.
    assert all(as_person.values())


_WRITES = {("api_key", verb) for verb in ("insert", "update", "delete", "truncate")}


def _seen(world: World, tables: list[str], key: Made) -> dict[str, set[str]]:
    return _rows(world, tables, "api_key", key.id)


def _rows(world: World, tables: list[str], role: str, who: UUID) -> dict[str, set[str]]:
    as_role(world.connection, role, sub=str(who), aal="aal2")
    query = " union all ".join(
        f"select '{table}', to_jsonb(t)::text from {table} as t" for table in tables
    )
    found: dict[str, set[str]] = {table: set() for table in tables}
    for table, row in world.connection.execute(query.encode()).fetchall():
        found[table].add(row)
    as_owner(world.connection)
    return found


def test_a_key_of_an_operator_is_none_of_an_operator(world: World) -> None:
    key = made(world, world.operator, *every_scope(world))
    deposited = world.user()
    world.deposit(deposited, "1")
    as_role(world.connection, "api_key", sub=str(key.id), aal="aal2")
    assert world.one("select count(*) from public.wallets where party_id = %s", deposited) == 0
    assert world.one("select count(*) from public.wallets where party_id = %s", PLATFORM) == 0
    assert world.one("select public.whoami()")["roles"] == []
    for table in ("public.profiles", "public.audit_log", "public.api_keys", "auth.users"):
        with refused(world.connection, "42501"):
            world.run(f"select from {table}".encode())  # type: ignore[arg-type]
    as_owner(world.connection)


def test_a_key_pays_to_destinations_that_are_named_from_its_own_party(world: World) -> None:
    person = world.user()
    party = _organisation(world, person)
    world.deposit(person, "1")
    key = made(world, person, "withdrawals:write", party_id=party)
    order = {"destination_id": person, "currency": CURRENCY, "amount": "1", "aal": "aal2"}
    # Its maker may act for both; through the key for one.
    for mine in ({"party_id": person}, {}):
        with refused(world.connection, "not_your_move"):
            world.command("withdrawal_request", actor_id=key.id, **mine, **order)
    with refused(world.connection, "destination_not_found"):
        world.command("withdrawal_request", actor_id=key.id, party_id=party, **order)


def _left(world: World, person: UUID, party: UUID) -> None:
    world.run(
        "delete from public.party_members where party_id = %s and user_id = %s", party, person
    )


def _demoted(world: World, person: UUID, party: UUID) -> None:
    world.run(
        "update public.party_members set role = 'viewer' where party_id = %s and user_id = %s",
        party, person,
    )  # fmt: skip


def _closed(world: World, person: UUID, party: UUID) -> None:
    stop(world, person, "closed")


def _suspended(world: World, person: UUID, party: UUID) -> None:
    stop(world, party, "suspended")


def _banned(world: World, person: UUID, party: UUID) -> None:
    stop(world, person, "banned")


def _expired(world: World, person: UUID, party: UUID) -> None:
    world.advance(days=1)


def test_a_second_suspension_ends_the_keys_made_since_the_first_one_lapsed(world: World) -> None:
    person = world.user()
    suspend = {"party_id": person, "reason": "An inquiry.", "actor_id": world.operator,
               "aal": "aal2"}  # fmt: skip
    world.command("party_suspend", until=(world.now() + timedelta(hours=1)).isoformat(), **suspend)
    world.advance(hours=2)
    key = made(world, person, "trades:write")
    assert "key_id" in exchanged(world, key)
    world.command("party_suspend", **suspend)
    assert exchanged(world, key) == {"refused": True}


def test_a_key_whose_maker_owns_the_party_no_more_is_dead_whoever_forgot_it(world: World) -> None:
    """As if it had been made while the role was taken away."""
    person = world.user()
    party = _organisation(world, person)
    key = made(world, person, "trades:write", party_id=party)
    world.run("alter table public.party_members disable trigger _600_end_keys")
    _left(world, person, party)
    world.run("alter table public.party_members enable trigger _600_end_keys")
    assert exchanged(world, key) == {"refused": True}
    assert _refusal(world, key.id, party, "order_take") == "key_revoked"


@pytest.mark.parametrize("ends", [_left, _demoted, _closed, _suspended, _banned, _expired])
def test_a_key_ends_with_what_it_rests_on(
    world: World, ends: Callable[[World, UUID, UUID], None]
) -> None:
    person = world.user()
    party = _organisation(world, person)
    tomorrow = world.now().replace(microsecond=0)
    world.advance(days=-1)
    key = made(world, person, "trades:write", party_id=party, expires_at=tomorrow.isoformat())
    assert "key_id" in exchanged(world, key)
    assert _refusal(world, key.id, party, "order_take") is None
    ends(world, person, party)
    assert exchanged(world, key) == {"refused": True}
    assert _refusal(world, key.id, party, "order_take") == "key_revoked"
    as_role(world.connection, "api_key", sub=str(key.id))
    with refused(world.connection, "key_revoked"):
        world.run("select private.caller()")
    as_owner(world.connection)


def test_an_operator_of_a_party_makes_no_key_for_it(world: World) -> None:
    owner, helper = world.user(), world.user()
    party = _organisation(world, owner)
    world.join(party, helper, "operator")
    with refused(world.connection, "owner_only"):
        made(world, helper, party_id=party)
    key = made(world, owner, party_id=party)
    with refused(world.connection, "api_key_not_found"):
        world.command("api_key_revoke", actor_id=helper, key_id=key.id)
    world.command("api_key_revoke", actor_id=owner, key_id=key.id)
    told = events(world.connection, owner)
    assert sorted(told) == ["api_key_created", "api_key_revoked"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"scopes": ["wallets:read", "everything:write"]}, "api_key_scopes_invalid"),
        ({"scopes": []}, "api_key_scopes_invalid"),
        ({"ip_allow": ["10.0.0.1/8"]}, "api_key_networks_invalid"),
        ({"ip_allow": ["localhost"]}, "api_key_networks_invalid"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "api_key_end_invalid"),
        ({"expires_at": "2199-01-01T00:00:00Z"}, "api_key_end_invalid"),
    ],
)
def test_what_cannot_be_is_refused(world: World, fields: dict[str, Any], code: str) -> None:
    with refused(world.connection, code):
        world.command("api_key_create", **{**key_command(world.user()), **fields})


def test_a_party_has_so_many_live_keys(world: World) -> None:
    person = world.user()
    world.run("update public.api_key_rules set live_keys = 2")
    first = made(world, person)
    made(world, person)
    with refused(world.connection, "too_many_api_keys"):
        made(world, person)
    world.command("api_key_revoke", actor_id=person, key_id=first.id)
    made(world, person)


def test_networks_are_compared_as_networks(world: World) -> None:
    key = made(world, world.user(), ip_allow=["203.0.113.0/24", "2001:db8::/32"])
    for address, good in (
        ("203.0.113.9", True), ("2001:db8:1::1", True),
        ("203.0.114.9", False), ("2001:db9::1", False),
    ):  # fmt: skip
        assert ("key_id" in exchanged(world, key, address)) == good, address


def test_last_use_is_written_once_an_hour(world: World) -> None:
    key = made(world, world.user())
    seen = []
    for minutes in (0, 59, 2):
        world.advance(minutes=minutes)
        exchanged(world, key)
        seen.append(world.one("select last_used_at from public.api_keys where id = %s", key.id))
    assert seen[0] == seen[1] < seen[2]


def test_the_role_of_keys_cannot_be_taken_by_a_person(world: World) -> None:
    person = world.user()
    as_role(world.connection, "api_key", sub=str(person), aal="aal2")
    with refused(world.connection, "key_revoked"):
        world.run("select private.caller()")
    assert world.one("select count(*) from public.wallets") == 0
    as_owner(world.connection)
    members = world.rows(
        "select member::regrole::text from pg_auth_members where roleid = 'api_key'::regrole"
    )
    assert {row[0] for row in members} == {"authenticator", "postgres"}


def test_the_owner_of_a_rotated_key_chooses_how_long_both_live(world: World) -> None:
    person = world.user()
    old = made(world, person)
    new = key_command(person)
    world.command(
        "api_key_rotate", actor_id=person, aal="aal2", key_id=old.id, overlap_seconds=60,
        last4=new["last4"], secret_hash=new["secret_hash"],
    )  # fmt: skip

    def good(secret_hash: str) -> bool:
        with world.acting("service_role"):
            answer = world.one(
                "select service.api_token_exchange(%s, %s, '127.0.0.1')", old.prefix, secret_hash
            )
        return "key_id" in answer

    assert good(old.secret.hash)
    assert good(new["secret_hash"])
    world.advance(seconds=61)
    assert not good(old.secret.hash)
    assert good(new["secret_hash"])


def test_two_keys_have_no_secret_in_common(world: World) -> None:
    person = world.user()
    command = key_command(person)
    world.command("api_key_create", **command)
    with pytest.raises(psycopg.errors.UniqueViolation), world.connection.transaction():
        world.command("api_key_create", **{**command, "prefix": "another000"})


def test_an_old_secret_lives_on_for_a_week_at_most(world: World) -> None:
    person = world.user()
    key = made(world, person)
    for seconds in (-1, 604_801):
        with refused(world.connection, "api_key_overlap_invalid"):
            world.command("api_key_rotate", actor_id=person, aal="aal2", key_id=key.id,
                          last4="aaaa", secret_hash="0" * 64, overlap_seconds=seconds)  # fmt: skip
    assert "key_id" in exchanged(world, key)
