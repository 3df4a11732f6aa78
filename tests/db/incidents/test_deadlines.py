"""Incidents of other systems about time, numbered as in incidents.md beside this file."""

from datetime import timedelta

import pytest

from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY
from tests.world.trades import (
    contract,
    funded,
    signed,
)
from tests.world.world import World

SERVICE = "market_service"


def test_incident_08_a_move_waits_for_nobody_outside(world: World) -> None:
    """All a transition can reach is the database: the rest is a row for the relay."""
    languages = world.rows(
        "select distinct l.lanname from pg_proc as p join pg_language as l on l.oid = p.prolang "
        "where p.prokind = 'f' and p.pronamespace::regnamespace::text "
        "in ('public', 'private', 'ledger', 'service')"
    )
    assert {row[0] for row in languages} <= {"sql", "plpgsql"}
    escrow = EVERY_POLICY["performed"](world, SERVICE)
    escrow.commit("accept", "payer")
    assert world.one(
        "select payload ->> 'state' from private.outbox where object_id = %s "
        "order by id desc limit 1", escrow.id,
    ) == "released"  # fmt: skip


def test_incident_09_no_deadline_lies_beyond_what_the_rail_holds(world: World) -> None:
    escrow = funded(world, SERVICE)
    world.run("alter table private.escrow_transactions disable trigger user")
    world.run("update private.escrow_transactions set rail_hold_until = expires_at")
    world.run("alter table private.escrow_transactions enable trigger user")
    later = world.now() + timedelta(days=2)
    for deadline in (world.now() + timedelta(minutes=1), later):
        with refused(world.connection, "rail_hold_too_short"):
            escrow.commit("perform", "payee", deadline_at=deadline, expires_at=later)
    with refused(world.connection, "escrow_transactions_outlived_by_rail"):
        world.run(
            "update private.escrow_transactions set version = version + 1, state = 'performed', "
            "last_event = 'perform', last_actor_role = 'payee', expires_at = %s where id = %s",
            later, escrow.id,
        )  # fmt: skip


def test_incident_10_every_duty_has_a_clock_of_its_own(world: World) -> None:
    """The peer who was slow leaves the other the whole time."""
    escrow = funded(world, SERVICE)
    for event, role in (("perform", "payee"), ("request_revision", "payer"), ("perform", "payee"),
                        ("dispute", "payer")):  # fmt: skip
        world.advance(minutes=59)
        with refused(world.connection, "deadline_missing"):
            escrow.commit(event, role, deadline_at=None, expires_at=None)
        escrow.commit(event, role)
        left = world.one(
            "select deadline_at - private.clock() from private.escrow_transactions where id = %s",
            escrow.id,
        )
        assert left > timedelta(minutes=59)


def test_incident_14_money_in_time_by_the_providers_clock_counts(world: World) -> None:
    escrow = signed(world)
    end = world.one("select expires_at from private.escrow_transactions")
    escrow.expire()
    money = escrow.payload("funds_confirmed", "rail", escrow.row()) | {"provider_time": end}
    sweep = escrow.decision("timeout_void", "timer")
    escrow.commit("funds_confirmed", "rail", payload=money)
    assert escrow.try_many(sweep)[0]["refusal"] == "stale_version"
    assert escrow.place == ("funded", "")


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati"])
def test_incident_32_the_time_zone_of_a_session_means_nothing(world: World, zone: str) -> None:
    escrow = contract(world)
    world.run("select set_config('TimeZone', %s, true)", zone)
    end = world.one("select extract(epoch from expires_at) from private.escrow_transactions")
    start = world.one("select extract(epoch from created_at) from private.escrow_transactions")
    assert end - start == 72 * 3600
    escrow.expire()
    escrow.commit("timeout_void", "timer")
    assert world.problems() == []
