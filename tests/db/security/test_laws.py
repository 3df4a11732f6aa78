"""Laws 1, 2, 3, 5, 8 and 11 of the design, each shown to hold and then attacked as every role.

Law 6 is test_law_06_doors.py, law 10 test_law_10_history.py; law 2 at the table itself is
test_guard.py, law 8 in the catalog test_catalog.py.
"""

from typing import Any, LiteralString

import pytest
from psycopg import sql

from stack.identity import API_ROLES, as_owner, as_user
from tests.world.access_matrix import grants
from tests.world.catalog_tables import tables
from tests.world.escrow import Escrow
from tests.world.refused import refused
from tests.world.scenes import CONTRACTS, EVERY_POLICY
from tests.world.trades import funded, p2p_trade, sell_order, take, take_command
from tests.world.world import World

_VERBS: tuple[LiteralString, ...] = (
    "insert into {} default values", "update {} set {} = {}", "delete from {}", "truncate {}",
)  # fmt: skip


# What people write themselves; the engine keeps no money or state in it.
_OWN_WORDS = (
    "public.arbiter_capacities", "public.guild_invitations", "public.guild_members",
    "public.guilds", "public.listings", "public.message_preferences", "public.message_settings",
    "public.p2p_auto_replies", "public.p2p_blocks",
    "public.notifications", "public.p2p_order_accounts", "public.p2p_orders",
    "public.p2p_ratings", "public.payment_accounts", "public.profiles", "public.trade_messages",
    "public.webhook_endpoints", "public.merchants", "public.merchant_settings",
)  # fmt: skip


@pytest.mark.parametrize("role", API_ROLES)
def test_laws_1_and_2_no_role_of_the_api_writes_a_table_of_the_engine(
    world: World, role: str
) -> None:
    """Every table and partition, but for what the access matrix opens."""
    escrow = p2p_trade(world)
    before = escrow.facts()
    held = grants(world)
    for table in tables(world):
        column = world.one(
            "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 "
            "and attidentity = '' order by attnum limit 1", table,
        )  # fmt: skip
        names = [sql.Identifier(*table.split(".")), sql.Identifier(column), sql.Identifier(column)]
        for verb in _VERBS:
            if held[table, role, verb.split()[0]]:
                assert table in _OWN_WORDS, f"{role} writes {table}: is it people's own words?"
                continue
            statement = sql.SQL(verb).format(*names[: verb.count("{}")])
            with refused(world.connection, "42501"), world.acting(role):
                world.connection.execute(statement)
    assert escrow.facts() == before


@pytest.mark.parametrize("role", API_ROLES)
def test_law_1_no_role_of_the_api_calls_the_ledger(world: World, role: str) -> None:
    for call in (
        "select ledger.post(null, null, now())",
        "select ledger.rollup()",
        "select ledger.move_external('deposit', gen_random_uuid(), 'BTC', 1, '', null, 'slip')",
        "select ledger.reverse(gen_random_uuid(), 'x', null)",
        "select ledger.wallet_of(gen_random_uuid(), 'BTC')",
        "select private.escrow_apply(null)",
        "select private.store_answer(gen_random_uuid(), 'k', 'h', '{}', now())",
    ):
        with refused(world.connection, "42501"), world.acting(role):
            world.connection.execute(call)


def test_law_1_what_the_owner_inserts_past_the_ledger_is_found(world: World) -> None:
    giver, taker = world.user(), world.user()
    for party in (giver, taker):
        world.deposit(party, "5")
    world.run(
        "insert into public.ledger_entries (transfer_id, wallet_id, currency, bucket, amount, "
        "created_at) values (%(t)s, %(g)s, 'BTC', 'available', -1, now()), "
        "(%(t)s, %(r)s, 'BTC', 'available', 1, now())"
        .replace("%(t)s", "'00000000-0000-7000-8000-000000000000'")
        .replace("%(g)s", f"'{world.wallet(giver)}'").replace("%(r)s", f"'{world.wallet(taker)}'")
    )  # fmt: skip
    assert {"entry_without_transfer", "wallet_differs_from_entries"} <= set(world.problems())


@pytest.mark.parametrize(
    ("verb", "table"),
    [
        ("insert", "private.outbox"),
        ("insert", "private.idempotency_keys"),
        ("insert", "private.escrow_events"),
        ("insert", "public.ledger_entries"),
        ("update", "public.wallets"),
        ("update", "public.p2p_trades"),
        ("update", "public.p2p_orders"),
    ],
)
def test_law_3_a_transition_is_whole_or_not_at_all(world: World, verb: str, table: str) -> None:
    """Whichever of its writes fails, none of the others stays."""
    escrow = p2p_trade(world)
    escrow.commit("perform", "payee")
    before = escrow.facts()
    world.run(
        "create function pg_temp.no() returns trigger language plpgsql as "
        "'begin raise sqlstate ''PT999'' using message = ''broken part''; end'"
    )
    world.connection.execute(
        f"create trigger no before {verb} on {table} "
        "for each row execute function pg_temp.no()".encode()
    )
    with refused(world.connection, "broken part"):
        escrow.commit("accept", "payer")
    assert escrow.facts() == before
    assert world.problems() == []


def test_law_3_a_transition_leaves_all_its_parts(world: World) -> None:
    escrow = p2p_trade(world)
    escrow.commit("perform", "payee")
    escrow.commit("accept", "payer", idempotency_key="whole")
    assert escrow.place == ("released", "")
    for query, wanted in (
        ("select count(*) from private.escrow_events where escrow_id = %s and event = 'accept'", 1),
        ("select count(*) from private.outbox where object_id = %s and event = 'escrow.accept' "
         "and sequence = 3", 1),
        ("select count(*) from private.ledger_transfers where reference_id = %s "
         "and kind = 'escrow.accept'", 1),
        ("select count(*) from private.idempotency_keys where key = 'whole' "
         "and answer ->> 'escrow_id' = %s::text", 1),
    ):  # fmt: skip
        assert world.one(query, escrow.id) == wanted, query


def test_law_5_a_repeated_command_gets_its_first_answer(world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, "market_service")
    first = escrow.decision("accept", "payer") | {"idempotency_key": "k", "request_hash": "h"}
    answer = world.call("escrow_commit", first)
    facts = escrow.facts()
    # The version it was decided on is gone, the state closed: the stored answer counts.
    assert world.call("escrow_commit", first) == answer | {"replayed": True}
    with refused(world.connection, "idempotency_key_reused"):
        world.call("escrow_commit", first | {"request_hash": "other"})
    assert escrow.facts() == facts


def test_law_5_keys_belong_to_their_actor(world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, "market_service")
    escrow.commit("offer_split", "payer", idempotency_key="same")
    escrow.commit("offer_split", "payee", idempotency_key="same", request_hash="another")
    as_user(world.connection, escrow.payer)
    snapshot = world.one("select public.escrow_snapshot(%s, 'same', 'hash')", escrow.id)
    as_owner(world.connection)
    assert snapshot["answer"]["replayed"] is True
    as_user(world.connection, escrow.stranger)
    with refused(world.connection, "escrow_not_found"):
        world.one("select public.escrow_snapshot(%s, 'same', 'hash')", escrow.id)
    as_owner(world.connection)


def test_law_5_a_refused_command_keeps_no_answer(world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, "market_service")
    decision = escrow.decision("accept", "payer", aal="aal1")
    key = {"idempotency_key": "k", "request_hash": "h"}
    with refused(world.connection, "step_up_required"):
        world.call("escrow_commit", decision | key)
    assert world.call("escrow_commit", decision | key | {"aal": "aal2"})["replayed"] is False


def test_law_5_timers_may_repeat_too(world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, "market_service")
    escrow.expire()
    decision = escrow.decision("timeout_release", "timer")
    key = {"idempotency_key": "sweep", "request_hash": "h"}
    first = escrow.try_many(decision | key)
    again = escrow.try_many(decision | key)
    assert again[0]["answer"] == first[0]["answer"] | {"replayed": True}
    assert world.problems() == []


def test_law_8_the_database_says_what_time_it_is(world: World) -> None:
    """The moment is taken once, under the lock, and every part of a move carries it."""
    escrow = p2p_trade(world)
    start = world.now()
    escrow.commit("perform", "payee")
    escrow.commit("accept", "payer")
    moments = [
        world.one(query, escrow.id)
        for query in (
            "select updated_at from private.escrow_transactions where id = %s",
            "select completed_at from private.escrow_transactions where id = %s",
            "select max(created_at) from private.escrow_events where escrow_id = %s",
            "select max(created_at) from private.outbox where object_id = %s",
            "select created_at from private.ledger_transfers where reference_id = %s "
            "and kind = 'escrow.accept'",
        )
    ]
    assert start < moments[0] < world.now()
    assert moments == [moments[0]] * len(moments)


def test_law_8_no_command_brings_its_own_time(world: World) -> None:
    escrow = p2p_trade(world)
    long_ago = "2000-01-01T00:00:00Z"
    escrow.commit("perform", "payee", now=long_ago, updated_at=long_ago, performed_at=long_ago)
    performed = world.one(
        "select performed_at from private.escrow_transactions where id = %s", escrow.id
    )
    assert performed.year > 2000


def test_law_8_a_deadline_is_checked_when_the_lock_is_held(world: World) -> None:
    escrow = p2p_trade(world)
    decision = escrow.decision("perform", "payee")
    escrow.expire()
    with refused(world.connection, "deadline_passed"):
        world.command("escrow_commit", **decision)


def test_law_8_a_timer_waits_until_the_grace_is_over(world: World) -> None:
    """Between the deadline and the end of the grace the duty may still be done."""
    escrow = p2p_trade(world)
    world.advance_to(world.one("select deadline_at from private.escrow_transactions"))
    with refused(world.connection, "not_due"):
        escrow.commit("timeout_refund", "timer")
    assert escrow.commit("perform", "payee")["state"] == "performed"


def test_law_11_a_new_clock_ends_in_the_future(world: World) -> None:
    escrow = p2p_trade(world)
    past = world.now()
    with refused(world.connection, "deadline_missing"):
        escrow.commit("perform", "payee", deadline_at=past, expires_at=past)


def _live(world: World) -> list[tuple[Any, ...]]:
    return world.rows(
        "select id from private.escrow_transactions "
        "where state not in ('released', 'refunded', 'split', 'void') "
        "and (deadline_at is null or expires_at is null or expires_at < deadline_at)"
    )


@pytest.mark.parametrize("policy", ["p2p_crypto", "market_goods", "market_service"])
def test_law_11_silence_ends_everything_by_itself(world: World, policy: str) -> None:
    """From every state: only the timer moves, and the escrow comes to an end."""
    timers = {
        ("proposed", ""): "timeout_void", ("awaiting_funds", ""): "timeout_void",
        ("funding_exception", ""): "timeout_return",
        ("disputed", "statements"): "timeout_statements",
        ("disputed", "acknowledge"): "timeout_acknowledge",
        ("disputed", "decide"): "timeout_decide", ("disputed", "approve"): "timeout_decide",
        ("decided", ""): "timeout_settle",
    }  # fmt: skip
    silent = {"p2p_crypto": ("timeout_refund", "timeout_dispute"),
              "market_goods": ("timeout_refund", "timeout_release"),
              "market_service": ("timeout_dispute", "timeout_release")}[policy]  # fmt: skip
    scenes = EVERY_POLICY | (CONTRACTS if policy != "p2p_crypto" else {})
    for build in scenes.values():
        with world.connection.transaction(force_rollback=True):
            escrow = build(world, policy)
            for _ in range(12):
                if escrow.place[0] in ("released", "refunded", "split", "void"):
                    break
                assert _live(world) == []
                escrow.expire()
                event = timers.get(escrow.place) or silent[escrow.place[0] == "performed"]
                if escrow.dispute().get("reassignments", 0) >= 3:
                    event = "timeout_undecided"
                escrow.commit(event, "timer")
            assert escrow.place[0] in ("released", "refunded", "split", "void")
            assert world.problems() == []


def test_law_11_a_live_row_without_a_deadline_does_not_exist(world: World) -> None:
    escrow = funded(world, "market_goods")
    world.run("alter table private.escrow_transactions disable trigger user")
    for change in ("deadline_at = null", "expires_at = null",
                   "expires_at = deadline_at - interval '1 second'",
                   "deadline_at = null, expires_at = null",
                   "rail_hold_until = expires_at - interval '1 second'"):  # fmt: skip
        with refused(world.connection, "23514"):
            world.connection.execute(
                f"update private.escrow_transactions set {change} where id = '{escrow.id}'".encode()
            )


def test_law_12_bad_input_loses_nothing(world: World) -> None:
    order, _ = sell_order(world)
    command = take_command(order, world.user(), "0.1")
    before = world.rows("select o::text from public.p2p_orders as o")
    for field, value in (("amount", "lots"), ("order_id", "x"), ("actor_id", "x"),
                         ("max_slippage_bps", "many"), ("expected_price", "")):  # fmt: skip
        with refused(world.connection, "bad_type"):
            world.command("order_take", **command | {field: value})
    assert world.rows("select o::text from public.p2p_orders as o") == before
    assert isinstance(Escrow(world, take(world, order, world.user()), order, order), Escrow)
