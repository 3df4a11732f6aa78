"""Partitions exist ahead; what comes without one is kept in the default partition."""

from tests.world.catalog_tables import APPEND_ONLY, partitions_of
from tests.world.refused import refused
from tests.world.trades import p2p_trade
from tests.world.world import World

PARTITIONED = (
    "private.escrow_events", "private.ledger_transfers", "public.audit_log",
    "public.ledger_entries", "public.login_attempts", "public.notifications",
    "public.price_history",
    "public.security_events", "public.session_audits", "public.trade_messages",
    "public.webhook_attempts", "public.webhook_deliveries",
)  # fmt: skip


def _housekeeping(world: World) -> dict[str, int]:
    with world.acting("service_role"):
        done: dict[str, int] = world.one("select service.housekeeping()")
    return done


def _in_default(world: World, table: str) -> int:
    row = world.connection.execute(f"select count(*) from {table}_default".encode()).fetchone()
    assert row
    return int(row[0])


def test_this_month_and_three_more_are_ready_everywhere(world: World) -> None:
    listed = world.rows("select partrelid::regclass::text from pg_partitioned_table order by 1")
    assert {name if "." in name else f"public.{name}" for (name,) in listed} == set(PARTITIONED)
    months = [
        row[0]
        for row in world.rows(
            "select to_char(date_trunc('month', now() at time zone 'UTC') "
            "+ make_interval(months => n), 'YYYY_MM') from generate_series(0, 3) as n"
        )
    ]
    for table in PARTITIONED:
        ready = set(partitions_of(world, table))
        assert ready >= {f"{table}_{month}" for month in (*months, "default")}


def test_rows_are_where_their_month_is(world: World) -> None:
    p2p_trade(world)
    for table in PARTITIONED:
        assert _in_default(world, table) == 0


def test_housekeeping_makes_months_as_time_goes_on(world: World) -> None:
    assert _housekeeping(world)["partitions"] == 0
    world.advance(days=62)
    assert _housekeeping(world)["partitions"] in (2 * len(PARTITIONED), 3 * len(PARTITIONED))
    p2p_trade(world)
    test_rows_are_where_their_month_is(world)


def test_a_late_schedule_costs_order_but_no_row(world: World) -> None:
    """Half a year without housekeeping: rows go to the default partition, and it recovers."""
    world.advance(days=190)
    escrow = p2p_trade(world)
    escrow.commit("perform", "payee")
    assert world.one("select count(*) from private.escrow_events_default") == 2
    assert world.problems() == []
    made = _housekeeping(world)["partitions"]
    # Where nothing came, the present month can still be made.
    empty = [table for table in PARTITIONED if _in_default(world, table) == 0]
    assert made == 3 * len(PARTITIONED) + len(empty) > 3 * len(PARTITIONED)
    escrow.commit("accept", "payer")
    assert world.problems() == []
    world.advance(days=31)
    later = p2p_trade(world)
    assert world.one("select count(*) from private.escrow_events_default where escrow_id = %s",
                     later.id) == 0  # fmt: skip


def test_new_partitions_are_as_closed_as_their_table(world: World) -> None:
    world.advance(days=120)
    _housekeeping(world)
    for table in PARTITIONED:
        for partition in partitions_of(world, table):
            assert world.one(
                "select relrowsecurity from pg_class where oid = %s::regclass", partition
            )
            assert world.rows(
                "select grantee from information_schema.role_table_grants "
                "where table_schema || '.' || table_name = %s and grantee <> 'postgres'",
                partition,
            ) == []  # fmt: skip
            if table in APPEND_ONLY:
                with refused(world.connection, "append_only"):
                    world.connection.execute(f"delete from {partition}".encode())


def test_old_answers_are_forgotten_but_never_within_a_day(world: World) -> None:
    world.deposit(world.user(), "1")
    kept = world.one("select count(*) from private.idempotency_keys")
    with world.acting("service_role"):
        world.run("select service.housekeeping('0 seconds')")
    assert world.one("select count(*) from private.idempotency_keys") == kept
    world.advance(days=8)
    assert _housekeeping(world)["keys"] == kept
    assert world.one("select count(*) from private.idempotency_keys") == 0
