"""The operator's own outage gives every clock its time back, once, before any timer acts."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from psycopg import sql

from stack.identity import as_owner, as_user
from tests.world.escrow import Escrow
from tests.world.market import listing, offer
from tests.world.ratings import settled
from tests.world.refused import refused
from tests.world.scenes import CONTRACTS, EVERY_POLICY
from tests.world.trades import draft, funded, publish
from tests.world.world import World

SERVICE = "market_service"


def _declare(world: World, begin: datetime, hours: float = 1, **changes: Any) -> dict[str, Any]:
    command = {
        "from_at": begin, "to_at": begin + timedelta(hours=hours), "reason": "The power was out.",
        "actor_id": world.operator, "aal": "aal2",
    } | changes  # fmt: skip
    answer: dict[str, Any] = world.command("outage_declare", **command)
    return answer


def _tick(world: World, name: str, rows: int) -> Any:
    """What a schedule calls."""
    query = sql.SQL("select service.{}(%s)").format(sql.Identifier(name))
    with world.acting("service_role"):
        done = world.one(query, rows)
        world.settle()
    return done


def _credit(world: World, rows: int = 500) -> int:
    """Run the function until nothing is left; how often it did something."""
    runs = 0
    while _tick(world, "outage_credit", rows):
        runs += 1
        assert runs < 1000
    return runs


def _clock(escrow: Escrow) -> tuple[datetime, datetime]:
    (row,) = escrow.world.rows(
        "select deadline_at, expires_at from private.escrow_transactions where id = %s", escrow.id
    )
    return row[0], row[1]


@pytest.mark.parametrize(
    "scene",
    ["proposed", "awaiting_funds", "funding_exception", "funded", "performed", "statements",
     "acknowledge", "decide", "decided"],
)  # fmt: skip
def test_every_clock_gets_the_time_back_once(world: World, scene: str) -> None:
    """Wanted list 5: no penalty for the operator's own outage."""
    escrow = (EVERY_POLICY | CONTRACTS)[scene](world, SERVICE)
    before = _clock(escrow)
    version = escrow.row().version
    world.advance(minutes=5)
    begin = world.now()
    world.advance(minutes=60)
    _declare(world, begin, 0.5)
    _credit(world)
    half = timedelta(minutes=30)
    assert _clock(escrow) == (before[0] + half, before[1] + half)
    assert escrow.row().version == version + 1
    assert _credit(world) == 0
    assert escrow.row().version == version + 1
    assert world.one("select credited_at is not null from public.outages")
    assert world.problems() == []


def test_only_the_time_in_which_the_clock_ran_counts(world: World) -> None:
    begin = world.now()
    world.advance(minutes=20)
    within = EVERY_POLICY["performed"](world, SERVICE)
    before = _clock(within)
    world.advance(minutes=60)
    after = EVERY_POLICY["performed"](world, SERVICE)
    frozen = _clock(after)
    _declare(world, begin)
    _credit(world)
    given = _clock(within)[0] - before[0]
    assert timedelta(minutes=39) < given < timedelta(minutes=41)
    assert _clock(after) == frozen


def test_frozen_time_is_not_given_back_twice(world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, SERVICE)
    still = EVERY_POLICY["performed"](world, SERVICE)
    before, stood = _clock(escrow), _clock(still)
    world.advance(minutes=10)
    begin = world.now()
    world.advance(minutes=20)
    escrow.commit("freeze", "operator")
    still.commit("freeze", "operator")
    world.advance(minutes=60)
    escrow.commit("unfreeze", "operator")
    _declare(world, begin)
    _credit(world)
    world.advance(minutes=10)
    still.commit("unfreeze", "operator")
    slack = timedelta(seconds=10)
    # 60 frozen, and 20 of the outage before that.
    assert abs(_clock(escrow)[0] - before[0] - timedelta(minutes=80)) < slack
    assert abs(_clock(still)[0] - stood[0] - timedelta(minutes=90)) < slack


def test_two_outages_are_both_given_back_in_whatever_order_declared(world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, SERVICE)
    before = _clock(escrow)
    begin = world.now() + timedelta(minutes=1)
    world.advance(hours=5)
    _declare(world, begin + timedelta(hours=1))
    _declare(world, begin)
    _credit(world)
    assert _clock(escrow)[0] == before[0] + timedelta(hours=2)


def test_no_timer_acts_before_the_time_is_given_back(world: World) -> None:
    escrow = funded(world, "p2p_crypto")
    last = _clock(escrow)[1]
    begin = last - timedelta(minutes=10)
    world.advance_to(last + timedelta(minutes=30))
    timeout = escrow.decision("timeout_refund", "timer")
    _declare(world, begin, 0.5)
    assert _tick(world, "escrow_due", 500) == []
    assert [each["refusal"] for each in escrow.try_many(timeout)] == ["outage_pending"]
    with refused(world.connection, "outage_pending"):
        escrow.commit("timeout_refund", "timer")
    _credit(world)
    # Ten minutes were left when it began, twenty had passed since its end: it is due now.
    assert _clock(escrow)[1] == last + timedelta(minutes=30)
    escrow.expire()
    escrow.commit("timeout_refund", "timer")


def test_who_was_cut_off_may_still_act(world: World) -> None:
    escrow = funded(world, "p2p_crypto")
    last = _clock(escrow)[1]
    world.advance_to(last + timedelta(minutes=50))
    with refused(world.connection, "deadline_passed"):
        escrow.commit("perform", "payee")
    _declare(world, last - timedelta(minutes=5), 0.9)
    _credit(world)
    escrow.commit("perform", "payee")


def test_offers_and_orders_get_it_too(world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, SERVICE)
    escrow.commit("offer_split", "payer")
    maker = world.user("maker")
    world.deposit(maker, "2")
    order = draft(world, maker)
    publish(world, order, maker)
    offers = "select expires_at from public.escrow_offers where status = 'open'"
    orders = "select expires_at from public.p2p_orders"
    offer, listed = world.one(offers), world.one(orders)
    begin = world.now()
    world.advance(hours=2)
    later = draft(world, maker)
    _declare(world, begin)
    _credit(world)
    assert world.one(offers) == offer + timedelta(hours=1)
    found = dict(world.rows("select id, expires_at from public.p2p_orders"))
    assert found[order] == listed + timedelta(hours=1)
    assert found[later] > listed + timedelta(hours=1)


def _offers(world: World) -> dict[Any, Any]:
    return dict(world.rows("select id, expires_at from public.offers"))


def test_offers_on_listings_get_it_too(world: World) -> None:
    """Open ones, once, as long as they were open: also one that ran out meanwhile."""
    seller = world.user("seller")
    rejected, long, short = (
        offer(world, world.user("buyer"), listing(world, seller), **fields)
        for fields in ({}, {}, {"expires_at": world.now() + timedelta(minutes=50)})
    )
    world.command("offer_decline", offer_id=rejected, event="reject", actor_id=seller)
    begin = world.now()
    world.advance(minutes=30)
    late = offer(world, world.user("buyer"), listing(world, seller))
    before = _offers(world)
    world.advance(minutes=60)
    _declare(world, begin)
    # It has its time back before anything acts by the clock.
    assert _tick(world, "market_expire", 500) == 0
    _credit(world, 1)
    hour = timedelta(hours=1)
    made = world.one("select created_at from public.offers where id = %s", late)
    lost = {long: hour, short: hour, late: begin + hour - made, rejected: timedelta()}
    assert _offers(world) == {each: before[each] + time for each, time in lost.items()}
    assert world.one("select credited_at is not null from public.outages")
    assert _credit(world) == 0
    world.command("offer_accept", offer_id=short, actor_id=seller)
    world.advance(days=4)
    assert _tick(world, "market_expire", 500) >= 2
    assert world.rows("select id from public.offers where status = 'pending'") == []
    told = world.rows(
        "select event, sequence from private.outbox where object_id = %s order by sequence", short
    )
    assert told == [("offer.make", 1), ("offer.outage_credit", 2), ("offer.accept", 3)]


def test_law_11_a_draft_that_no_longer_holds_stops_no_clock(world: World) -> None:
    escrow = EVERY_POLICY["performed"](world, SERVICE)
    before = _clock(escrow)
    maker = world.user("maker")
    old = draft(world, maker)
    kept = world.one("select expires_at from public.p2p_orders where id = %s", old)
    world.connection.execute(
        "update public.payment_methods set is_active = false where id = 'sepa'"
    )
    begin = world.now()
    world.advance(hours=2)
    _declare(world, begin)
    _credit(world)
    assert _clock(escrow)[1] == before[1] + timedelta(hours=1)
    assert world.one("select bool_and(credited_at is not null) from public.outages")
    assert world.one("select expires_at from public.p2p_orders where id = %s", old) == kept


def test_the_wait_before_a_dispute_gets_it_too(world: World) -> None:
    """The payer, too, could not act meanwhile: the payee waits as long as agreed."""
    escrow = EVERY_POLICY["performed"](world, "p2p_crypto")
    begin = world.now()
    world.advance(minutes=16)
    _declare(world, begin, 10 / 60)
    _credit(world)
    with refused(world.connection, "dispute_window_closed"):
        escrow.commit("dispute", "payee")
    world.advance(minutes=10)
    assert escrow.commit("dispute", "payee")["state"] == "disputed"


def test_the_claim_window_gets_it_too(world: World) -> None:
    escrow = funded(world, "p2p_crypto")
    escrow.commit("concede", "payee")
    begin = world.now()
    world.advance(hours=73)
    claim = {"escrow_id": escrow.id, "actor_id": escrow.payer, "reason": "late"}
    with refused(world.connection, "deadline_passed"):
        world.command("escrow_claim", **claim)
    _declare(world, begin, 2)
    world.command("escrow_claim", **claim)


def test_what_belongs_to_a_claim_gets_it_too(world: World) -> None:
    """Its file, its message, and the time of whoever reviews it."""
    escrow = settled(world, world.user("seller"), world.user("buyer"))
    begin = world.now()
    world.advance(hours=73)
    _declare(world, begin, 2)
    world.command("evidence_upload", escrow_id=escrow.id, actor_id=escrow.payer,
                  purpose="message", sha256="a" * 64, name="receipt.pdf",
                  media_type="application/pdf", size_bytes=1024)  # fmt: skip
    as_user(world.connection, escrow.payer)
    world.run("insert into public.trade_messages (trade_id, body) values (%s, 'Look.')", escrow.id)
    as_owner(world.connection)
    world.command("escrow_claim", escrow_id=escrow.id, actor_id=escrow.payer, reason="late")
    due = world.one("select deadline_at from public.escrow_cases")
    world.advance_to(due)
    _declare(world, due - timedelta(hours=3), 2)
    assert _tick(world, "escrow_cases_expire", 500) == 0
    world.advance(hours=3)
    assert _tick(world, "escrow_cases_expire", 500) == 1


def test_a_batch_at_a_time_and_who_moves_meanwhile_is_met_again(world: World) -> None:
    escrows = [EVERY_POLICY["funded"](world, SERVICE) for _ in range(7)]
    before = [_clock(each)[0] for each in escrows]
    begin = world.now()
    world.advance(hours=2)
    _declare(world, begin)
    assert _tick(world, "outage_credit", 3) == 3
    escrows[6].commit("freeze", "operator")
    escrows[5].commit("offer_split", "payer")
    _credit(world, 3)
    given = [_clock(each)[0] - was for each, was in zip(escrows, before, strict=True)]
    assert given == [timedelta(hours=1)] * 7


def test_the_rails_own_end_is_respected(world: World) -> None:
    escrow = EVERY_POLICY["funded"](world, SERVICE)
    world.settle()
    world.run("alter table private.escrow_transactions disable trigger user")
    world.run(
        "update private.escrow_transactions"
        " set rail_hold_until = expires_at + interval '10 minutes'"
    )
    world.run("alter table private.escrow_transactions enable trigger user")
    before = _clock(escrow)
    begin = world.now()
    world.advance(hours=2)
    _declare(world, begin)
    _credit(world)
    assert _clock(escrow) == tuple(moment + timedelta(minutes=10) for moment in before)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"actor_id": None}, "operator_only"),
        ({"aal": "aal1"}, "step_up_required"),
        ({"reason": ""}, "bad_outage"),
        ({"reason": None}, "bad_outage"),
        ({"reason": "x" * 501}, "bad_outage"),
        ({"from_at": None}, "bad_outage"),
        ({"to_at": None}, "bad_outage"),
        ({"to_at": "infinity"}, "bad_type"),
        ({"from_at": "-infinity"}, "bad_type"),
    ],
)
def test_what_is_no_outage(world: World, changes: dict[str, Any], code: str) -> None:
    begin = world.now()
    world.advance(hours=2)
    with refused(world.connection, code):
        _declare(world, begin, **changes)


def test_an_outage_is_over_and_declared_once(world: World) -> None:
    begin = world.now()
    world.advance(hours=2)
    for start, hours in ((begin, 3), (begin, 0), (begin - timedelta(days=91), 1)):
        with refused(world.connection, "bad_outage"):
            _declare(world, start, hours)
    _declare(world, begin)
    for shift in (-30, 0, 30):
        with refused(world.connection, "outage_overlaps"):
            _declare(world, begin + timedelta(minutes=shift))
    _declare(world, begin + timedelta(hours=1), 0.5)


def test_nobody_but_the_function_gives_time_back(world: World) -> None:
    escrow = EVERY_POLICY["funded"](world, SERVICE)
    begin = world.now()
    world.advance(hours=2)
    outage = _declare(world, begin)["outage_id"]
    payload = {"outage_id": outage}
    for role in ("payer", "payee", "operator", "timer", "rail"):
        with refused(world.connection, "not_your_move"):
            escrow.commit("outage_credit", role, payload=payload)
    escrow.commit("outage_credit", "system", payload=payload)
    with refused(world.connection, "outage_not_open"):
        escrow.commit("outage_credit", "system", payload=payload)
