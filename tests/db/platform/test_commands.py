"""The one type of what a command holds: nothing is converted on the way into the database."""

from typing import Any

import pytest
from psycopg.types.json import Jsonb

from tests.world.bad_input.nasty import UUID
from tests.world.refused import refused
from tests.world.trades import p2p_trade
from tests.world.world import World

RIGHT: dict[str, tuple[Any, ...]] = {
    "reason": ("", "1", "true"),
    "document": ({"amount": 1, "id": 7},),
    "asset_id": ("123",),
    "actor_id": (UUID, UUID.upper()),
    "after": (UUID,),
    "amount": ("0", "1", "-1", "12.50", "0.000000000000000001", "9" * 20),
    "payee_amount": ("0.1",),
    "expected_price": ("50000",),
    "from_at": ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123456+05:30"),
    "since": ("2026-01-01T00:00:00+16:00",),
    "expected_version": (0, 1, -1, 2**62),
    "tier": (3,),
    "payer_name_matches": (True, False),
    "event_ids": ([], [UUID]),
    "event_types": ([], ["*"]),
    "payload": ({}, {"payee_amount": "1"}, {"confirm": True}),
    "milestones": ([], [{"title": "x", "days": 1, "amount": "1"}]),
}
WRONG: dict[str, tuple[Any, ...]] = {
    "reason": (1, 1.5, True, [], {}, ["x"]),
    "document": (1, "{}", [], [{}]),
    "asset_id": (123, True),
    "actor_id": (
        1, True, [], {}, "", "x", UUID.replace("-", ""), f"{{{UUID}}}", f"urn:uuid:{UUID}",
        f" {UUID}", f"{UUID}\n", [UUID],
    ),
    "after": (1, "1", {"number": 1}),
    "amount": (
        1, 1.5, True, [], {}, "", " 1", "1 ", "+1", "1e3", "1E3", "NaN", "Infinity", "-Infinity",
        ".5", "5.", "01", "0x1", "1_000", "1,5", "9" * 21, "0." + "1" * 19, "1\n", "\u0661",
    ),
    "payee_amount": (0.1, "NaN"),
    "expected_price": (50000, "5e4"),
    "from_at": (
        0, 1_700_000_000, 1.5, True, [], {}, "", "now", "today", "epoch", "infinity", "2026-01-01",
        "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00+0100", "1700000000",
        "2026-01-01T00:00Z", "20260101T000000Z", "2026-01-01T00:00:00Z\n",
    ),
    "since": (1_700_000_000, "yesterday"),
    "expected_version": ("2", "", True, False, 1.0, 1.5, 1e300, [], {}, "true"),
    "tier": ("1", True, 1.0),
    "payer_name_matches": ("true", "yes", "on", "t", "", 1, 0, [], {}),
    "event_ids": (UUID, [1], ["x"], {}, [None], [[UUID]]),
    "event_types": ("*", [1], {}, [True], [{}]),
    "payload": (
        "x", 1, True, {"payee_amount": 1}, {"payer_name_matches": "true"}, {"confirm": 1},
        {"offer_id": 1}, {"payload": {"payload": {"amount": 1}}},
    ),
    "milestones": ("x", 1, [{"days": "1"}], [{"amount": 1}], [{"title": 1}], [{}, {"days": True}]),
}  # fmt: skip


@pytest.mark.parametrize("field", RIGHT)
def test_what_has_its_type(world: World, field: str) -> None:
    for value in (*RIGHT[field], None):
        for command in ({field: value}, [{field: value}], {"payload": {field: value}}):
            assert world.one("select %s::jsonb::service.command is not null", Jsonb(command))


@pytest.mark.parametrize("field", WRONG)
def test_what_has_another(world: World, field: str) -> None:
    passed = []
    for value in WRONG[field]:
        for command in ({field: value}, [{}, {field: value}], {"payload": {field: value}}):
            try:
                with refused(world.connection, "bad_type"):
                    world.one("select %s::jsonb::service.command", Jsonb(command))
            except Exception:
                passed.append(ascii(command))
    assert not passed


def test_every_command_takes_it(world: World) -> None:
    others = world.rows(
        "select p.oid::regprocedure::text from pg_proc as p"
        " where p.pronamespace = 'service'::regnamespace"
        " and p.proargtypes::oid[] && array['json'::regtype, 'jsonb'::regtype]::oid[]"
    )
    assert not others
    assert world.one(
        "select count(*) from pg_proc where 'service.command'::regtype = any (proargtypes::oid[])"
    ) > 50  # fmt: skip


@pytest.mark.parametrize("said", ["true", "yes", "on", "t", 1, "1", [True], {"is": True}])
def test_only_true_says_whose_account_it_was(world: World, said: Any) -> None:
    trade = p2p_trade(world)
    trade.commit("perform", "payee")
    with refused(world.connection, "bad_type"):
        trade.commit("accept", "payer", payload={"payer_name_matches": said})
    assert world.problems() == []


@pytest.mark.parametrize("tier", [True, "1", 1.0, 1.5, "one", [1]])
def test_a_tier_is_a_number(world: World, tier: Any) -> None:
    with refused(world.connection, "bad_type"):
        world.command("profile_verify", party_id=world.user(), change="grant_tier", tier=tier,
                      reason="x", actor_id=world.operator, aal="aal2")  # fmt: skip
