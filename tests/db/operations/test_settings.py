"""Limits, fees and thresholds: one command, within bounds, of two where money is at stake."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql

from stack.identity import as_owner, as_user
from tests.world.operators import confirm
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY
from tests.world.trades import funded
from tests.world.world import World

QUOTA = {"kind": "offer", "min_tier": "0"}


def ask(world: World, setting: str, row: Any, values: Any, **fields: Any) -> Any:
    command = {"setting": setting, "row": row, "values": values, "reason": "as decided",
               "actor_id": world.operator, "aal": "aal2"} | fields  # fmt: skip
    return world.command("setting_change", **command)


def change(world: World, setting: str, row: Any, values: Any) -> Any:
    """Two operators change it."""
    return confirm(world, ask(world, setting, row, values))["answer"]


def _rows(world: World, who: Any, setting: str) -> Any:
    with world.connection.transaction():
        as_user(world.connection, who)
        found = world.one("select public.setting_rows(%s)", setting)
        as_owner(world.connection)
    return found


def test_a_fee_is_changed_by_two_and_running_trades_keep_theirs(world: World) -> None:
    fee = "select fee_bps from private.escrow_transactions where id = %s"
    running = funded(world, "market_goods")
    before = world.one(fee, running.id)
    asked = ask(world, "escrow_policies", {"id": "market_goods"}, {"fee_bps": str(before + 7)})
    assert asked["state"] == "open"
    with refused(world.connection, "second_operator_required"):
        confirm(world, asked, actor_id=world.operator)
    done = confirm(world, asked)["answer"]
    assert (done["before"], done["after"]) == (
        {"fee_bps": str(before)}, {"fee_bps": str(before + 7)},
    )  # fmt: skip
    assert world.one(fee, funded(world, "market_goods").id) == before + 7
    running.commit("perform", "payee")
    running.commit("accept", "payer")
    assert world.one(fee, running.id) == before
    kept = world.rows(
        "select row_key, before, after, reason, asked_by, one_operator from public.setting_changes"
    )
    assert kept == [(
        {"id": "market_goods"}, {"fee_bps": before}, {"fee_bps": before + 7}, "as decided",
        world.operator, False,
    )]  # fmt: skip
    audited = world.rows(
        "select before -> 'fee_bps', after -> 'fee_bps', actor_id from public.audit_log"
        " where table_name = 'escrow_policies' and action = 'update'"
    )
    assert audited == [(before, before + 7, world.operator)]
    assert world.problems() == []


def test_what_moves_no_money_is_changed_by_one(world: World) -> None:
    done = ask(world, "quotas", QUOTA, {"max_open": "3"})
    assert done["after"] == {"max_open": "3"}
    rows = _rows(world, world.second_operator, "quotas")
    assert [r["max_open"] for r in rows if (r["kind"], r["min_tier"]) == ("offer", 0)] == [3]
    with refused(world.connection, "operator_only"):
        _rows(world, world.arbiters[0], "quotas")
    with refused(world.connection, "setting_unknown"):
        _rows(world, world.operator, "acts")
    again = ask(world, "quotas", QUOTA, {"max_open": "4"}, idempotency_key="once")
    ask(world, "quotas", QUOTA, {"max_open": "5"})
    repeated = ask(world, "quotas", QUOTA, {"max_open": "4"}, idempotency_key="once")
    assert repeated == again | {"replayed": True}
    stands = "select max_open from private.quotas where (kind, min_tier) = ('offer', 0)"
    assert world.one(stands) == 5


@pytest.mark.parametrize(
    ("setting", "row", "values", "code", "field"),
    [
        ("quotas", QUOTA, {"max_open": "100001"}, "setting_out_of_bounds", "values.max_open"),
        ("quotas", QUOTA, {"max_open": "-1"}, "setting_out_of_bounds", "values.max_open"),
        ("quotas", QUOTA, {"max_open": "many"}, "setting_out_of_bounds", "values.max_open"),
        ("quotas", QUOTA, {"max_open": None}, "setting_out_of_bounds", "values.max_open"),
        ("quotas", QUOTA, {"max_open": ""}, "setting_out_of_bounds", "values.max_open"),
        ("quotas", QUOTA, {"kind": "order"}, "setting_fixed", "values.kind"),
        ("quotas", QUOTA, {"nothing": "1"}, "setting_fixed", "values.nothing"),
        ("quotas", QUOTA, {"in_window": "infinity"}, "setting_out_of_bounds", "values.in_window"),
        ("trade_minimums", {"currency": "BTC"}, {"min_amount": "NaN"},
         "setting_out_of_bounds", "values.min_amount"),
        ("trade_minimums", {"currency": "BTC"}, {"min_amount": "0.0000000000000000001"},
         "setting_out_of_bounds", "values.min_amount"),
        ("trade_minimums", {"currency": "BTC"}, {"min_amount": "100"},
         "setting_out_of_bounds", "trade_minimums_rated_trades_exist"),
        ("listing_categories", {"id": "groups"}, {"is_active": "perhaps"},
         "setting_out_of_bounds", "values.is_active"),
        ("quotas", QUOTA, {}, "setting_fixed", ""),
        ("quotas", {"kind": "offer"}, {"max_open": "1"}, "setting_unknown", ""),
        ("quotas", {"kind": "offer", "min_tier": "x"}, {"max_open": "1"}, "setting_unknown", ""),
        ("quotas", QUOTA | {"max_open": "9"}, {"max_open": "1"}, "setting_unknown", ""),
        ("quotas", {"kind": "nobody", "min_tier": "0"}, {"max_open": "1"}, "setting_unknown", ""),
        ("acts", {"act": "order_take"}, {"kind": "read"}, "setting_unknown", ""),
        ("parties", {"id": "x"}, {"status": "active"}, "setting_unknown", ""),
    ],
)  # fmt: skip
def test_what_is_refused(
    world: World, setting: str, row: Any, values: Any, code: str, field: str
) -> None:
    with pytest.raises(psycopg.Error) as caught, world.connection.transaction():
        ask(world, setting, row, values)
    said = caught.value.diag
    assert (said.message_primary, field in (said.message_detail or "")) == (code, True)
    assert world.one("select count(*) from public.setting_changes") == 0


WINDOWS = {"statement_within": "80 hours", "acknowledge_within": "5 hours",
           "decide_within": "6 hours", "appeal_within": "60 hours"}  # fmt: skip


def test_a_running_dispute_keeps_its_windows(world: World) -> None:
    """Those of new disputes change; one that has begun goes on as it began: what a function
    decides by, and what the database allows."""
    running = EVERY_POLICY["acknowledge"](world, "market_goods")
    read = "select (select private.escrow_snapshot(e, '{}', private.clock()) -> 'policy')" \
           " from private.escrow_transactions as e where e.id = %s"  # fmt: skip
    before = world.one(read, running.id)
    change(world, "escrow_policies", {"id": "market_goods"}, WINDOWS)
    assert world.one(read, running.id) == before
    fresh = EVERY_POLICY["acknowledge"](world, "market_goods")
    long = (world.now() + timedelta(days=5)).isoformat()
    with refused(world.connection, "deadline_too_late"):
        fresh.commit("acknowledge", "arbiter", deadline_at=long, expires_at=long)
    running.commit("acknowledge", "arbiter", deadline_at=long, expires_at=long)
    kept = "select decide_within::text from public.disputes where escrow_id = %s"
    assert world.one(kept, running.id) == "5 days"
    assert world.one(kept, fresh.id) == "06:00:00"
    assert world.one(read, fresh.id)["decide_within"] == 6 * 3600
    assert world.problems() == []


def test_no_limit_is_null_and_takes_two(world: World) -> None:
    tier = {"id": "1"}
    stands = "select max_open_trades from public.verification_tiers where id = 1"
    assert "after" in ask(world, "verification_tiers", tier, {"max_open_trades": "6"})
    asked = ask(world, "verification_tiers", tier, {"max_open_trades": None})
    assert (asked["state"], world.one(stands)) == ("open", 6)
    done = confirm(world, asked)["answer"]
    assert (done["before"], done["after"]) == ({"max_open_trades": "6"}, {"max_open_trades": None})
    assert world.one(stands) is None
    assert world.one("select after from public.setting_changes order by id desc limit 1") == {
        "max_open_trades": None
    }
    may = "select count(*) from public.setting_columns where no_limit and setting = %s"
    assert world.one(may, "verification_tiers") == 8


def test_who_may_and_why(world: World) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"actor_id": world.arbiters[0]}, "operator_only"), ({"aal": "aal1"}, "step_up_required"),
        ({"reason": " "}, "reason_required"), ({"values": {"max_open": 3}}, "bad_type"),
        ({"row": ["offer"]}, "bad_type"), ({"values": {"max_open": True}}, "bad_type"),
    ]  # fmt: skip
    for fields, code in wrong:
        with refused(world.connection, code):
            ask(world, **{"setting": "quotas", "row": QUOTA, "values": {"max_open": "3"}} | fields)
    # What cannot be is refused when it is asked for, and not when it is confirmed.
    with refused(world.connection, "setting_out_of_bounds"):
        ask(world, "escrow_policies", {"id": "market_goods"}, {"fee_bps": "9999"})


def test_more_for_one_operator_is_for_two_to_say(world: World) -> None:
    row = {"id": str(world.one("select id from public.operator_limits where kind = 'deposit'"
                               " and currency = 'BTC'"))}  # fmt: skip
    assert ask(world, "operator_limits", row, {"above": "1000"})["state"] == "open"
    # Beside one that needs nobody, too.
    both = {"min_amount": "0.001", "rated_from": "0.001"}
    assert "after" in ask(world, "trade_minimums", {"currency": "BTC"}, both)
    asked = ask(world, "price_rules", {"cryptocurrency": "BTC", "fiat_currency": "USD"},
                {"min_sources": "3"})  # fmt: skip
    assert asked["state"] == "open"


def test_every_setting_can_be_set_to_what_it_is(world: World) -> None:
    """Each is audited, and its bounds hold what stands."""
    world.run("update public.operator_rules set one_operator = true")
    audits = "select tgrelid::regclass::text from pg_trigger where tgname = '_900_audit'"
    audited = {row[0] for row in world.rows(audits)}
    settings = world.rows("select setting, table_name, key_columns from public.settings")
    assert len(settings) > 15
    for setting, table, keys in settings:
        assert table.removeprefix("public.") in audited, setting
        columns = [c for (c,) in world.rows(
            "select column_name from public.setting_columns where setting = %s", setting
        )]  # fmt: skip
        lines = sql.SQL("select to_jsonb(t) from {} as t limit 20").format(
            sql.Identifier(*table.split("."))
        )
        for (row,) in world.rows(lines):
            values = {c: _text(row[c]) for c in columns if row[c] is not None}
            if values:
                ask(world, setting, {k: _text(row[k]) for k in keys}, values)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
