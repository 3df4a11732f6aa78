"""Timers that fail: nobody waits behind them, and they are tried again."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from functions.escrow.sweep import BATCH, sweep
from tests.world.refused import refused
from tests.world.trades import contract, signed
from tests.world.world import World, plain


class _Timers:
    """shared.db.Database over the connection of a world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def rpc(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("a timer has no token")

    def service_rpc(self, name: str, params: Mapping[str, Any], *, repeatable: bool = False) -> Any:
        call = sql.SQL("select service.{}({})").format(
            sql.Identifier(name),
            sql.SQL(", ").join(sql.SQL("{} => %s").format(sql.Identifier(each)) for each in params),
        )
        values = [Jsonb(plain(v)) if isinstance(v, list) else v for v in params.values()]
        with self.world.acting("service_role"):
            return self.world.one(call, *values)


def _proposed(world: World, number: int) -> list[UUID]:
    """Proposals whose time is up."""
    payer, payee = world.user("payer"), world.user("payee")
    made = [
        contract(world, amount="1", parties=(payer, payee), times=0, rail="internal").id
        for _ in range(number)
    ]
    world.advance(days=4)
    return made


def _poison(world: World, escrows: list[UUID]) -> None:
    """A dispute without a file: no timer knows what to do. They are the oldest that are due."""
    world.settle()
    world.run("alter table private.escrow_transactions disable trigger user")
    world.run(
        "update private.escrow_transactions set state = 'disputed', phase = 'decide', "
        "deadline_at = deadline_at - interval '1 day', expires_at = expires_at - interval '1 day' "
        "where id = any (%s)",
        escrows,
    )
    world.run("alter table private.escrow_transactions enable trigger user")


def _heal(world: World, escrows: list[UUID]) -> None:
    world.settle()
    world.run("alter table private.escrow_transactions disable trigger user")
    world.run(
        "update private.escrow_transactions set state = 'proposed', phase = '' where id = any (%s)",
        escrows,
    )
    world.run("alter table private.escrow_transactions enable trigger user")


def _states(world: World, escrows: list[UUID]) -> set[str]:
    rows = world.rows(
        "select distinct state::text from private.escrow_transactions where id = any (%s)", escrows
    )
    return {row[0] for row in rows}


def _is_due(timers: _Timers, escrow: UUID) -> bool:
    due = timers.service_rpc("escrow_due", {"max_rows": 500})
    return str(escrow) in {snapshot["escrow"]["id"] for snapshot in due}


def test_six_hundred_that_fail_at_the_head_hold_up_nobody(world: World) -> None:
    poisoned = 600
    assert poisoned > BATCH
    escrows = _proposed(world, poisoned + 5)
    bad, good = escrows[:poisoned], escrows[poisoned:]
    _poison(world, bad)
    timers = _Timers(world)
    swept = sweep(timers, lambda: True)
    assert swept.failed == poisoned
    assert _states(world, good) == {"void"}
    # They wait, and then they are tried again.
    assert sweep(timers, lambda: True).failed == 0
    failing = timers.service_rpc("escrow_timers_failing", {})
    assert failing["failing"] == poisoned
    assert failing["overdue_seconds"] > timedelta(days=1).total_seconds()
    world.advance(seconds=61)
    assert sweep(timers, lambda: True).failed == poisoned
    world.advance(seconds=61)
    assert sweep(timers, lambda: True).failed == 0
    # What was wrong with them is put right: the next try moves them.
    _heal(world, bad)
    world.advance(seconds=60)
    assert sweep(timers, lambda: True).failed == 0
    assert _states(world, bad) == {"void"}
    assert timers.service_rpc("escrow_timers_failing", {})["failing"] == 0
    assert world.one("select count(*) from private.timer_failures") == 0


def test_it_waits_twice_as_long_each_time_and_an_hour_at_most(world: World) -> None:
    (escrow,) = _proposed(world, 1)
    timers = _Timers(world)
    failure = {"escrow_id": str(escrow), "version": 1, "error": "policy_mismatch"}
    waits = []
    for _ in range(9):
        assert timers.service_rpc("escrow_timers_failed", {"failures": [failure]}) == 1
        waits.append(
            world.one(
                "select (extract(epoch from retry_at - updated_at) / 60)::int "
                "from private.timer_failures"
            )
        )
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert world.rows("select failures, last_error from private.timer_failures") == [
        (9, "policy_mismatch")
    ]


def test_a_move_ends_the_waiting(world: World) -> None:
    escrow = signed(world)
    escrow.expire()
    failure = {"escrow_id": str(escrow.id), "version": escrow.row().version, "error": "x"}
    timers = _Timers(world)
    assert timers.service_rpc("escrow_timers_failed", {"failures": [failure]}) == 1
    assert not _is_due(timers, escrow.id)
    escrow.commit("freeze", "operator")
    escrow.commit("unfreeze", "operator")
    escrow.expire()
    assert _is_due(timers, escrow.id)
    # Told late: that version is gone.
    assert timers.service_rpc("escrow_timers_failed", {"failures": [failure]}) == 0


def test_a_long_error_is_cut_to_size(world: World) -> None:
    escrow = contract(world)
    failure = {"escrow_id": str(escrow.id), "version": 1, "error": "x" * 1000}
    _Timers(world).service_rpc("escrow_timers_failed", {"failures": [failure]})
    assert world.one("select last_error from private.timer_failures") == "x" * 200


@pytest.mark.parametrize("failures", [{}, "all", None, 5])
def test_failures_are_a_list(world: World, failures: Any) -> None:
    with refused(world.connection, "bad_failures"), world.acting("service_role"):
        world.one("select service.escrow_timers_failed(%s)", Jsonb(failures))
