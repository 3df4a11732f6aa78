"""The overlay: nothing moves, and every clock goes on later by the time it stood."""

from datetime import timedelta
from typing import Any

import pytest

from tests.world.escrow import Escrow
from tests.world.moves import BY_CELL, WHILE_FROZEN
from tests.world.refused import refused
from tests.world.scenes import CONTRACTS, EVERY_POLICY, ONCE
from tests.world.world import World

_SCENES = (
    "proposed", "awaiting_funds", "funding_exception", "funded_with_offers",
    "performed_with_offers", "statements_with_offers", "acknowledge", "decide", "approve",
    "decided",
)  # fmt: skip
_BUILD = EVERY_POLICY | CONTRACTS | ONCE


def _clocks(escrow: Escrow) -> list[Any]:
    world = escrow.world
    (times,) = world.rows(
        "select deadline_at, expires_at, performed_at from private.escrow_transactions "
        "where id = %s", escrow.id,
    )  # fmt: skip
    offers = world.rows(
        "select expires_at from public.escrow_offers where escrow_id = %s and status = 'open' "
        "order by id", escrow.id,
    )  # fmt: skip
    return [*times, *(row[0] for row in offers)]


@pytest.mark.parametrize("scene", _SCENES)
def test_the_pause_is_added_to_every_clock(world: World, scene: str) -> None:
    escrow = _BUILD[scene](world, "market_service")
    before = _clocks(escrow)
    if "offers" in scene:
        assert len(before) == 5
    escrow.commit("freeze", "operator")
    assert _clocks(escrow) == before
    world.advance(days=3)
    escrow.commit("unfreeze", "operator")
    for old, new in zip(before, _clocks(escrow), strict=True):
        if old is not None:
            paused = new - old
            assert timedelta(days=3) <= paused < timedelta(days=3, minutes=5)


def test_a_frozen_escrow_is_not_due(world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, "market_service")
    escrow.commit("freeze", "operator")
    escrow.expire()
    with world.acting("service_role"):
        due = world.one("select service.escrow_due(500)")
    assert due == []
    with refused(world.connection, "escrow_frozen"):
        escrow.commit("timeout_release", "timer")
    escrow.commit("unfreeze", "operator")
    with refused(world.connection, "not_due"):
        escrow.commit("timeout_release", "timer")
    escrow.expire()
    with world.acting("service_role"):
        due = world.one("select service.escrow_due(500)")
    assert [snapshot["escrow"]["id"] for snapshot in due] == [str(escrow.id)]


@pytest.mark.parametrize("scene", _SCENES)
def test_no_money_moves_while_frozen(world: World, scene: str) -> None:
    escrow = _BUILD[scene](world, "market_service")
    escrow.commit("freeze", "operator")
    before = escrow.facts()
    for (place, event), (roles, _) in BY_CELL.items():
        if place == escrow.place and event not in WHILE_FROZEN:
            for role in roles:
                with refused(world.connection, "escrow_frozen"):
                    escrow.commit(event, "other_arbiter" if role == "second_arbiter" else role)
    assert escrow.facts() == before


@pytest.mark.parametrize("role", ["operator", "rail", "system"])
def test_who_freezes_says_why(world: World, role: str) -> None:
    escrow = EVERY_POLICY["funded"](world, "market_service")
    said = escrow.decision("freeze", role)["payload"]
    for payload in ({**said, "reason": ""}, {"kind": said["kind"]}):
        with refused(world.connection, "reason_required"):
            escrow.commit("freeze", role, payload=payload)
    escrow.commit("freeze", role)
    assert world.rows("select kind, reason from public.escrow_holds") == [
        (said["kind"], said["reason"])
    ]
    escrow.commit("unfreeze", role)
    with refused(world.connection, "hold_not_open"):
        escrow.commit("unfreeze", role)


def test_frozen_twice_counts_both_pauses(world: World) -> None:
    escrow = EVERY_POLICY["funded"](world, "market_service")
    before = _clocks(escrow)[1]
    for hours in (5, 7):
        escrow.commit("freeze", "rail")
        world.advance(hours=hours)
        escrow.commit("unfreeze", "rail")
        world.advance(minutes=1)
    assert timedelta(0) <= _clocks(escrow)[1] - before - timedelta(hours=12) < timedelta(minutes=5)


def test_an_offer_that_had_run_out_stays_so(world: World) -> None:
    escrow = ONCE["statements_with_offers"](world, "market_service")
    world.advance(hours=25)
    escrow.commit("freeze", "operator")
    world.advance(days=10)
    escrow.commit("unfreeze", "operator")
    with refused(world.connection, "offer_not_open"):
        escrow.commit("accept_split", "payer")


def test_parties_may_speak_while_frozen(world: World) -> None:
    escrow = EVERY_POLICY["statements"](world, "market_service")
    escrow.commit("freeze", "operator")
    escrow.expire()
    escrow.commit("evidence", "payee")
    escrow.commit("statement", "payer")
    with refused(world.connection, "escrow_frozen"):
        escrow.commit("statement_reply", "payee")
    escrow.commit("unfreeze", "operator")
    escrow.commit("statement_reply", "payee")
