"""A queue whose head cannot be done goes on without it: each schedule, more odd ones than it takes
at once."""

from collections.abc import Callable
from typing import Any, LiteralString
from uuid import UUID

import pytest

from stack.identity import as_owner, as_user
from tests.world.accounts import enrol
from tests.world.chain import quarantined
from tests.world.market import listing, offer
from tests.world.operators import limit
from tests.world.rails import applied, apply, awaiting, released, report
from tests.world.ratings import profile, settled
from tests.world.refused import refused
from tests.world.scenes import ONCE
from tests.world.timer import swept
from tests.world.trades import contract, sell_order, signed
from tests.world.webhooks import new_endpoint, relay
from tests.world.world import World

Make = Callable[[World], UUID | int]

POISON: LiteralString = """
create table stack.odd (id text primary key);
create function stack.tg_odd() returns trigger language plpgsql as $$
begin
    if to_jsonb(new) ->> tg_argv[0] in (select id from stack.odd) then
        raise exception 'this row is odd';
    end if;
    return new;
end
$$;
grant select on stack.odd to public;
"""


def poison(world: World, table: str, *ids: Any, column: str = "id", event: str = "update") -> None:
    """Rows of a table that nobody can change, or insert, any more."""
    if not world.one("select to_regclass('stack.odd') is not null"):
        world.connection.execute(POISON)
    world.connection.execute(
        f"create or replace trigger _999_odd before {event} on {table} "
        f"for each row execute function stack.tg_odd('{column}')".encode()
    )
    for each in ids:
        world.run("insert into stack.odd values (%s)", str(each))


def cure(world: World) -> None:
    world.run("delete from stack.odd")


def put_off(world: World) -> list[tuple[Any, ...]]:
    """What operators read."""
    as_user(world.connection, world.operator, aal="aal2")
    rows = world.rows(
        "select queue, subject, failures, set_aside_at is not null "
        "from public.setbacks order by 1, 2"
    )
    as_owner(world.connection)
    return rows


def run(world: World, call: LiteralString) -> Any:
    with world.acting("service_role"):
        return world.one(call)


def _case(world: World) -> UUID:
    escrow = ONCE["released"](world, "market_service")
    answer = world.command("escrow_claim", escrow_id=escrow.id, actor_id=escrow.payer,
                           reason="broken", description="It broke.")  # fmt: skip
    return UUID(answer["case_id"])


def _offer(world: World) -> UUID:
    return offer(world, world.user("buyer"), listing(world, world.user("seller")))


def _payout(world: World) -> UUID:
    made: UUID = world.one(
        "select id from public.payouts where reference_id = %s", released(world).id
    )
    return made


# Queue: (a row that runs out, its table, what is called with room for two, days until then).
QUEUES: dict[str, tuple[Make, str, LiteralString, int]] = {
    "case": (_case, "public.escrow_cases", "select service.escrow_cases_expire(2)", 200),
    "order": (lambda world: sell_order(world)[0], "public.p2p_orders",
              "select service.orders_expire(2)", 31),
    "payout": (_payout, "public.payouts", "select service.payouts_expire(2)", 31),
    "offer": (_offer, "public.offers", "select service.market_expire(2)", 8),
    "listing": (lambda world: listing(world, world.user("seller")), "public.listings",
                "select service.market_expire(2)", 100),
}  # fmt: skip


@pytest.mark.parametrize("queue", QUEUES)
def test_more_odd_rows_than_a_batch_do_not_stop_the_others(world: World, queue: str) -> None:
    make, table, call, days = QUEUES[queue]
    odd = sorted(str(make(world)) for _ in range(3))
    world.advance(seconds=1)
    good = [str(make(world)) for _ in range(2)]
    poison(world, table, *odd)
    world.advance(days=days)
    done = sum(run(world, call) for _ in range(5))
    assert done >= len(good)
    assert put_off(world) == [(queue, each, 1, False) for each in odd]
    # A minute later they are tried again, then later each time; once cured they end as the others.
    world.advance(minutes=1, seconds=1)
    for _ in range(3):
        run(world, call)
    assert put_off(world) == [(queue, each, 2, False) for each in odd]
    cure(world)
    run(world, call)
    assert len(put_off(world)) == 3
    world.advance(minutes=3)
    assert sum(run(world, call) for _ in range(3)) == 3
    assert put_off(world) == []
    assert world.problems() == []


def test_what_an_operator_sets_aside_is_tried_by_nobody(world: World) -> None:
    case = _case(world)
    poison(world, "public.escrow_cases", case)
    world.advance(days=200)
    run(world, "select service.escrow_cases_expire()")
    named = {"queue": "case", "subject": case, "actor_id": world.operator, "aal": "aal2"}
    with refused(world.connection, "reason_required"):
        world.command("setback_decide", **named, event="set_aside", reason=" ")
    with refused(world.connection, "setback_not_found"):
        world.command("setback_decide", **named | {"subject": "another"}, event="take_up")
    with refused(world.connection, "operator_only"):
        world.command("setback_decide", **named | {"actor_id": world.user()}, event="take_up")
    world.command("setback_decide", **named, event="set_aside", reason="by hand")
    cure(world)
    world.advance(days=1)
    assert run(world, "select service.escrow_cases_expire()") == 0
    assert put_off(world) == [("case", str(case), 1, True)]
    world.command("setback_decide", **named, event="take_up")
    assert run(world, "select service.escrow_cases_expire()") == 1
    assert put_off(world) == []


def test_what_goes_on_failing_is_counted_until_somebody_decides(world: World) -> None:
    """Not what failed once: it may have met a busy moment."""
    stuck: LiteralString = "select service.setbacks_stuck()"
    case = _case(world)
    poison(world, "public.escrow_cases", case)
    world.advance(days=200)
    for failures in range(1, 6):
        run(world, "select service.escrow_cases_expire()")
        assert put_off(world) == [("case", str(case), failures, False)]
        assert run(world, stuck) == (1 if failures >= 4 else 0)
        world.advance(hours=1, seconds=1)
    named = {"queue": "case", "subject": case, "actor_id": world.operator, "aal": "aal2"}
    world.command("setback_decide", **named, event="set_aside", reason="by hand")
    assert run(world, stuck) == 0
    cure(world)
    world.command("setback_decide", **named, event="take_up")
    assert run(world, stuck) == 1
    assert run(world, "select service.escrow_cases_expire()") == 1
    assert run(world, stuck) == 0


def test_one_trader_without_figures_costs_the_others_nothing(world: World) -> None:
    odd, buyer = world.user("odd"), world.user("buyer")
    settled(world, odd, buyer)
    seller = world.user("seller")
    settled(world, seller, buyer)
    poison(world, "public.trader_profiles", odd, column="party_id")
    while run(world, "select service.reputation_refresh(1)"):
        pass
    assert profile(world, seller).completed_trades == 1
    assert profile(world, odd).completed_trades == 0
    assert put_off(world) == [("reputation", str(odd), 1, False)]
    cure(world)
    world.advance(minutes=2)
    while run(world, "select service.reputation_refresh(1)"):
        pass
    assert profile(world, odd).completed_trades == 1
    assert put_off(world) == []


def test_one_event_that_cannot_be_told_stops_no_other(world: World) -> None:
    owner = world.user("owner")
    new_endpoint(world, owner, "*")
    relay(world)
    for n in range(3):
        world.run(
            "select private.emit_event('odd.thing', 'thing', gen_random_uuid(), 1, %s, "
            "jsonb_build_object('n', %s::int), private.clock())", [owner], n,
        )  # fmt: skip
    (odd,) = world.rows("select min(id) from private.outbox where relayed_at is null")[0]
    poison(world, "private.outbox", odd)
    done = run(world, "select service.outbox_relay()")
    assert (done["events"], done["messages"]) == (2, 2)
    assert put_off(world) == [("outbox", str(odd), 1, False)]
    assert run(world, "select service.outbox_relay()")["events"] == 0
    cure(world)
    world.advance(minutes=2)
    assert run(world, "select service.outbox_relay()")["events"] == 1
    assert put_off(world) == []


def test_an_escrow_that_cannot_get_its_time_back_stops_no_other(world: World) -> None:
    escrows = [signed(world) for _ in range(3)]
    begin = world.now()
    world.advance(minutes=30)
    world.command("outage_declare", from_at=begin, to_at=world.now(), reason="a fire",
                  actor_id=world.operator, aal="aal2")  # fmt: skip
    odd = escrows[:2]
    poison(world, "private.escrow_transactions", *(each.id for each in odd))
    for _ in range(4):
        run(world, "select service.outage_credit(2)")
    credited = world.rows("select object_id from private.outage_credits where credited > '0'")
    assert credited == [(escrows[2].id,)]
    assert {row[1] for row in put_off(world)} == {str(each.id) for each in odd}
    # Its own timer waits for it; the others do not.
    assert world.one("select credited_at from public.outages") is None
    cure(world)
    world.advance(minutes=2)
    while run(world, "select service.outage_credit(2)"):
        pass
    assert world.one("select credited_at from public.outages") is not None
    assert put_off(world) == []


def test_an_escrow_that_cannot_be_read_stops_no_other(world: World) -> None:
    odd = contract(world, rail="internal", currency="LTC")
    good = contract(world, rail="internal")
    world.run("update public.escrow_approval_limits set above = 1 where currency = 'LTC'")
    world.connection.execute(
        "create or replace function private.second_approval_above("
        "p_policy_id text, p_currency text) returns numeric language plpgsql stable "
        "set search_path = '' as $$ begin "
        "if p_currency = 'LTC' then raise exception 'odd'; end if; return 1; end $$"
    )
    odd.expire()
    good.expire()
    assert swept(world).moved == 1
    assert good.place == ("void", "")
    failures = world.rows("select escrow_id, failures from private.timer_failures")
    assert failures == [(odd.id, 1)]


def test_a_report_that_can_never_be_applied_is_set_aside(world: World) -> None:
    escrow = awaiting(world, "stripe")
    other = awaiting(world, "stripe")
    report(world, escrow, "odd_1")
    report(world, escrow, "ch_1")
    report(world, other, "ch_2")
    (odd,) = world.rows("select min(id) from public.rail_reports")[0]
    poison(world, "private.escrow_events", escrow.id, column="escrow_id", event="insert")
    apply(world)
    assert other.place == ("funded", "")
    assert applied(world)[:2] == [None, None]
    assert put_off(world) == [("rail_report", str(odd), 1, False)]
    cure(world)
    world.command("setback_decide", queue="rail_report", subject=str(odd), event="set_aside",
                  reason="not ours", actor_id=world.operator, aal="aal2")  # fmt: skip
    apply(world)
    # What came after it for its escrow goes on; it stays where everybody sees it.
    assert escrow.place == ("funded", "")
    assert applied(world)[0] is None


def test_nothing_acts_by_the_clock_before_the_sweep_has_noticed(world: World) -> None:
    order, _ = sell_order(world)
    escrow = signed(world)
    made = _offer(world)
    run(world, "select service.sweep_begin()")
    world.advance(days=40)
    for call in ("select service.orders_expire()", "select service.escrow_cases_expire()",
                 "select service.market_expire()", "select service.payouts_expire()"):  # fmt: skip
        assert run(world, call) == 0, call
    assert run(world, "select service.escrow_due()") == []
    assert run(world, "select service.sweep_begin()") == 1
    # Escrow, order and offer have their forty days back before anything of theirs ends.
    assert run(world, "select service.orders_expire()") == 0
    assert run(world, "select service.market_expire()") == 0
    assert run(world, "select service.escrow_due()") == []
    while run(world, "select service.outage_credit()"):
        pass
    assert run(world, "select service.orders_expire()") == 0
    assert swept(world).moved == 0
    assert escrow.place == ("awaiting_funds", "")
    assert world.one("select status::text from public.p2p_orders where id = %s", order) == "active"
    assert run(world, "select service.market_expire()") == 0
    assert world.one("select status::text from public.offers where id = %s", made) == "pending"


def _request(world: World) -> UUID:
    with limit(world, "deposit", "BTC", "0"):
        asked = world.command(
            "ledger_move_external", kind="deposit", party_id=world.user(), currency="BTC",
            amount="1", reference="slip", actor_id=world.operator, aal="aal2",
        )  # fmt: skip
    return UUID(asked["request_id"])


def _factor_reset(world: World) -> UUID:
    user = world.user()
    enrol(world.connection, user)
    return UUID(world.command("factor_reset_ask", actor_id=user)["reset_id"])


# Timer: (a row that runs out, what is called, days until then).
TIMERS: dict[str, tuple[Make, LiteralString, int]] = {
    **{queue: (make, call, days) for queue, (make, _, call, days) in QUEUES.items()},
    "request": (_request, "select service.operator_requests_expire()", 4),
    "quarantine": (quarantined, "select service.quarantines_expire()", 15),
    "factor_reset": (_factor_reset, "select service.factor_resets_end()", 15),
}


@pytest.mark.parametrize("timer", TIMERS)
def test_every_timer_waits_until_the_sweep_has_noticed(world: World, timer: str) -> None:
    make, call, days = TIMERS[timer]
    make(world)
    run(world, "select service.sweep_begin()")
    world.advance(days=days)
    assert run(world, call) == 0
    # A sweep that was never away holds up nothing: the row is due.
    world.run("update private.sweep_ticks set last_at = null")
    assert run(world, call) >= 1


_UNTIL: dict[str, LiteralString] = {
    "case": "select deadline_at from public.escrow_cases where id = %s",
    "request": "select deadline_at from public.operator_requests where id = %s",
    "quarantine": "select decide_by from public.deposit_quarantines where id = %s",
    "factor_reset": "select deadline_at from public.factor_resets where id = %s",
}


@pytest.mark.parametrize("timer", ["case", "request", "quarantine", "factor_reset"])
def test_what_has_no_move_for_it_gets_an_outage_back_as_well(world: World, timer: str) -> None:
    make, call, _ = TIMERS[timer]
    run(world, "select service.sweep_begin()")
    made = make(world)
    world.advance(hours=12)
    assert run(world, "select service.sweep_begin()") == 1
    world.run("update private.sweep_ticks set last_at = null")
    world.advance_to(world.one(_UNTIL[timer], made))
    world.advance(hours=11)
    assert run(world, call) == 0
    world.advance(hours=1, minutes=1)
    assert run(world, call) == 1


@pytest.mark.parametrize(
    ("minutes", "declared", "found"),
    [(4, None, []), (6, None, [6]), (60, (10, 20), [10, 40]), (60, (0, 60), []),
     (60, (-30, 30), [30])],
)  # fmt: skip
def test_the_sweep_finds_what_nobody_declared(
    world: World, minutes: int, declared: tuple[int, int] | None, found: list[int]
) -> None:
    run(world, "select service.sweep_begin()")
    at = world.one("select last_at from private.sweep_ticks")
    world.advance(minutes=minutes)
    if declared:
        world.run(
            "insert into public.outages (id, from_at, to_at, reason, created_at) "
            "select gen_random_uuid(), %s + %s * interval '1 minute', "
            "least(%s + %s * interval '1 minute', private.clock()), 'a fire', private.clock()",
            at, declared[0], at, declared[1],
        )  # fmt: skip
    run(world, "select service.sweep_begin()")
    gaps = world.rows(
        "select round(extract(epoch from to_at - from_at) / 60) from public.outages "
        "where reason <> 'a fire' order by from_at"
    )
    assert [int(gap) for (gap,) in gaps] == found
    assert run(world, "select service.sweep_begin()") == 0


def test_a_sweep_that_the_clock_overtakes_was_not_away(world: World) -> None:
    """It has read its time; the clock is moved, as `make clock` does; it says that it is there."""
    run(world, "select service.sweep_begin()")
    read = world.now()
    world.advance(hours=1)
    world.run("update private.sweep_ticks set last_at = private.clock()")
    world.one("select private.sweep_is_here(%s)::text", read)
    assert run(world, "select service.sweep_begin()") == 0
    assert world.rows("select from public.outages") == []
