"""A hold is a set of reasons: whoever opened one closes that one, and none lasts for ever."""

from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest

from stack.identity import as_owner, as_user
from tests.world.escrow import Escrow
from tests.world.rails import applied, apply, awaiting, payments, report, sweep
from tests.world.refused import refused
from tests.world.screenings import cleared, screened, watch
from tests.world.world import World, plain

DAY = timedelta(days=1)
# Every reason there is: who opens and closes it.
OWNERS = {
    "operator": "operator", "chargeback": "rail", "inquiry": "rail", "screening": "system",
    "outage": "system",
}  # fmt: skip
LIFTED = [kind for kind in OWNERS if kind != "chargeback"]


def card(world: World) -> Escrow:
    """A funded escrow of 100 that was paid by card."""
    made = awaiting(world, "stripe")
    report(world, made, "ch_1")
    apply(world)
    return made


def hold(escrow: Escrow, kind: str, reference: str = "one", **fields: Any) -> str:
    """Open a reason; its id."""
    payload = {"kind": kind, "reason": f"for {kind}", "reference": reference, **fields}
    if kind == "chargeback":
        payload = {"amount": "100", **payload}
    escrow.commit("freeze", OWNERS[kind], payload=payload)
    return str(escrow.world.one(
        "select id from public.escrow_holds where escrow_id = %s and kind = %s "
        "and reference = %s and closed_at is null", escrow.id, kind, reference,
    ))  # fmt: skip


def lift(escrow: Escrow, kind: str, hold_id: str) -> None:
    escrow.commit("unfreeze", OWNERS[kind], payload={"hold_id": hold_id})


def is_held(escrow: Escrow) -> bool:
    held: bool = escrow.world.one(
        "select frozen_at is not null from private.escrow_transactions where id = %s", escrow.id
    )
    return held


def end_of(escrow: Escrow) -> Any:
    return escrow.world.one(
        "select expires_at from private.escrow_transactions where id = %s", escrow.id
    )


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("kinds", list(combinations(OWNERS, 2)), ids=" then ".join)
def test_it_is_over_when_the_last_reason_is(
    world: World, kinds: tuple[str, str], first: int
) -> None:
    escrow = card(world)
    before = end_of(escrow)
    ids = []
    for kind in kinds:
        ids.append(hold(escrow, kind))
        world.advance(hours=1)
    lift(escrow, kinds[first], ids[first])
    world.advance(hours=1)
    assert (is_held(escrow), escrow.holds()) == (True, [kinds[1 - first]])
    for event, role in (("perform", "payee"), ("accept", "payer"), ("concede", "payee")):
        with refused(world.connection, "escrow_frozen"):
            escrow.commit(event, role)
    assert end_of(escrow) == before
    lift(escrow, kinds[1 - first], ids[1 - first])
    assert (is_held(escrow), escrow.holds()) == (False, [])
    # The clocks rested from the first reason to the last.
    rested = end_of(escrow) - before
    assert timedelta(hours=3) <= rested < timedelta(hours=3, minutes=1)
    escrow.commit("accept", "payer")
    assert world.problems() == []


@pytest.mark.parametrize("kind", OWNERS)
def test_nobody_closes_the_reason_of_another(world: World, kind: str) -> None:
    escrow = card(world)
    mine = hold(escrow, kind)
    for role in {*OWNERS.values()} - {OWNERS[kind]}:
        with refused(world.connection, "not_your_move"):
            escrow.commit("unfreeze", role, payload={"hold_id": mine})
    event, payload = "unfreeze", {"hold_id": mine}
    if kind == "chargeback":
        event, payload = "rail_return", {"amount": "100", "reference": "one"}
    with refused(world.connection, "not_due"):
        escrow.commit(event, "timer", payload=payload)
    other = card(world)
    hold(other, kind)
    with refused(world.connection, "hold_not_open"):
        lift(other, kind, mine)
    assert escrow.holds() == [kind]


def test_the_same_reason_is_open_once(world: World) -> None:
    escrow = card(world)
    first = hold(escrow, "chargeback", "dp_1", amount="40")
    with refused(world.connection, "hold_open"):
        hold(escrow, "chargeback", "dp_1")
    second = hold(escrow, "chargeback", "dp_2", amount="40")
    # In sum they are no more than was paid in with the margin of the rail.
    with refused(world.connection, "report_too_large"):
        hold(escrow, "chargeback", "dp_3", amount="60.01")
    # Of the same name, but of another kind.
    third = hold(escrow, "inquiry", "dp_1")
    lift(escrow, "chargeback", first)
    assert escrow.holds() == ["chargeback", "inquiry"]
    # What was won may be disputed again.
    hold(escrow, "chargeback", "dp_1", amount="40")
    lift(escrow, "chargeback", second)
    lift(escrow, "inquiry", third)
    assert escrow.holds() == ["chargeback"]


def test_an_operator_freezes_twice_for_two_reasons(world: World) -> None:
    escrow = card(world)
    for reason in ("compliance", "a forged passport"):
        escrow.commit("freeze", "operator", payload={"kind": "operator", "reason": reason})
    assert escrow.holds() == ["operator", "operator"]
    for left in (1, 0):
        escrow.commit("unfreeze", "operator")
        assert is_held(escrow) == bool(left)


@pytest.mark.parametrize("stage", ["won", "lost"])
def test_an_operators_freeze_during_a_chargeback_stands(world: World, stage: str) -> None:
    """The order to freeze came while a chargeback held the escrow, which is then won."""
    escrow = card(world)
    report(world, escrow, "dp_1:opened", "reversal_opened", reference="dp_1")
    apply(world)
    escrow.commit("freeze", "operator")
    report(world, escrow, f"dp_1:{stage}", f"reversal_{stage}", reference="dp_1")
    apply(world)
    if stage == "lost":
        assert (escrow.place, escrow.holds(), is_held(escrow)) == (("refunded", ""), [], False)
    else:
        assert (escrow.holds(), is_held(escrow)) == (["operator"], True)
        with refused(world.connection, "escrow_frozen"):
            escrow.commit("accept", "payer")
        escrow.commit("unfreeze", "operator")
        escrow.commit("accept", "payer")
    assert world.problems() == []


@pytest.mark.parametrize("before", [True, False])
def test_a_chargeback_outlives_an_operators_freeze(world: World, before: bool) -> None:
    escrow = card(world)
    if before:
        escrow.commit("freeze", "operator")
    report(world, escrow, "dp_1:opened", "reversal_opened", reference="dp_1")
    apply(world)
    if not before:
        escrow.commit("freeze", "operator")
    escrow.commit("unfreeze", "operator")
    assert escrow.holds() == ["chargeback"]
    with refused(world.connection, "escrow_frozen"):
        escrow.commit("accept", "payer")
    with refused(world.connection, "hold_not_open"):
        escrow.commit("unfreeze", "operator")


def test_two_chargebacks_on_one_payment_end_by_themselves(world: World) -> None:
    escrow = card(world)
    for name in ("dp_1", "dp_2"):
        report(world, escrow, f"{name}:opened", "reversal_opened", reference=name, amount="50")
    assert apply(world).moved == 2
    assert escrow.holds() == ["chargeback", "chargeback"]
    report(world, escrow, "dp_2:won", "reversal_won", reference="dp_2", amount="50")
    apply(world)
    assert is_held(escrow)
    report(world, escrow, "dp_1:won", "reversal_won", reference="dp_1", amount="50")
    apply(world)
    assert not is_held(escrow)
    assert applied(world)[1:] == ["freeze", "freeze", "unfreeze", "unfreeze"]


def test_a_screening_and_a_chargeback_hold_for_themselves(world: World) -> None:
    escrow = awaiting(world)
    where = "0x" + "ab" * 20
    watch(world, where, escrow.payer)
    escrow.commit("freeze", "operator")
    assert screened(world, where, "hit")["frozen"] == 1
    escrow.commit("unfreeze", "operator")
    assert escrow.holds() == ["screening"]
    escrow.commit("freeze", "operator")
    cleared(world, world.one("select private.standing_hit('base', %s)", where))
    assert escrow.holds() == ["operator"]
    assert world.problems() == []


@pytest.mark.parametrize("kind", LIFTED)
def test_no_reason_holds_for_ever(world: World, kind: str) -> None:
    escrow = card(world)
    before = end_of(escrow)
    longest = world.one("select ends_after from public.hold_kinds where kind = %s", kind)
    mine = hold(escrow, kind)
    with refused(world.connection, "not_due"):
        escrow.commit("unfreeze", "timer", payload={"hold_id": mine})
    world.advance_to(world.now() + longest - timedelta(hours=1))
    assert (sweep(world), is_held(escrow)) == ([], True)
    world.advance(hours=1)
    assert (sweep(world), is_held(escrow)) == (["unfreeze"], False)
    assert world.rows("select closed_event, closed_role::text from public.escrow_holds") == [
        ("unfreeze", "timer")
    ]
    rail = world.one("select rail_hold_until from private.escrow_transactions")
    assert end_of(escrow) == min(end_of(escrow), before + longest + timedelta(minutes=1), rail)
    # What is to be done is done in its own time, and then it ends.
    escrow.expire()
    assert sweep(world) in (["timeout_refund"], ["timeout_dispute"], ["timeout_hold"])
    assert world.problems() == []


def test_the_ends_of_reasons_do_not_rest(world: World) -> None:
    """A newer reason of another owner does not make an old one last longer."""
    escrow = card(world)
    hold(escrow, "screening")
    world.advance(days=13)
    hold(escrow, "operator")
    world.advance(days=1, minutes=1)
    assert sweep(world) == ["unfreeze"]
    assert (escrow.holds(), is_held(escrow)) == (["operator"], True)
    assert sweep(world) == []
    world.advance(days=29)
    assert sweep(world) == ["unfreeze"]
    assert not is_held(escrow)


def test_several_reasons_end_one_after_the_other(world: World) -> None:
    escrow = card(world)
    for kind in LIFTED:
        hold(escrow, kind)
    world.advance(days=61)
    for left in (3, 2, 1, 0):
        assert sweep(world) == ["unfreeze"]
        assert len(escrow.holds()) == left
    assert world.problems() == []


def test_our_own_outage_ends_no_reason(world: World) -> None:
    escrow = card(world)
    hold(escrow, "screening")
    world.advance(days=13)
    begin = world.now()
    world.advance(hours=12)
    world.command("outage_declare", actor_id=world.operator, aal="aal2", from_at=begin,
                  to_at=world.now(), reason="power")  # fmt: skip
    world.advance(hours=23)
    assert sweep(world) == []
    world.advance(hours=1, minutes=1)
    assert sweep(world) == ["unfreeze"]


@pytest.mark.parametrize("also", [None, "operator", "screening"])
def test_a_chargeback_that_nobody_decides_stands(world: World, also: str | None) -> None:
    escrow = card(world)
    hold(escrow, "chargeback", "dp_1")
    world.advance(days=239)
    assert sweep(world) == []
    if also:
        hold(escrow, also)
    world.advance(days=1, minutes=1)
    assert sweep(world) == ["rail_return"]
    assert (escrow.place, escrow.holds(), is_held(escrow)) == (("refunded", ""), [], False)
    assert payments(world, escrow) == [("rail_return", escrow.payer, "USD", 100, "confirmed")]
    assert world.rows("select distinct closed_event, closed_role::text from public.escrow_holds"
    ) == [("rail_return", "timer")]  # fmt: skip
    assert world.problems() == []


def test_the_timer_takes_nothing_that_the_rail_has_not_withdrawn(world: World) -> None:
    escrow = card(world)
    hold(escrow, "chargeback", "dp_1", amount="30")
    world.advance(days=241)
    for payload in ({"amount": "100", "reference": "dp_1"}, {"amount": "30", "reference": "dp_2"}):
        with refused(world.connection, "not_due"):
            escrow.commit("rail_return", "timer", payload=payload)
    with refused(world.connection, "policy_mismatch"):
        escrow.commit("unfreeze", "timer", payload={"hold_id": escrow.hold_of("rail")})


def test_a_timer_that_cannot_end_a_reason_waits_and_is_counted(world: World) -> None:
    escrow = card(world)
    hold(escrow, "screening")
    world.advance(days=14, hours=2)
    failed = [{"escrow_id": escrow.id, "version": escrow.row().version, "error": "broken"}]
    world.call("escrow_timers_failed", plain(failed))
    assert sweep(world) == []
    failing = world.one("select service.escrow_timers_failing()")
    assert (failing["failing"], failing["overdue_seconds"] // 3600) == (1, 2)
    world.advance(minutes=2)
    assert sweep(world) == ["unfreeze"]


def test_a_new_kind_is_a_row(world: World) -> None:
    world.run(
        "insert into public.hold_kinds (kind, owner_role, ends_after, at_end, description) "
        "values ('court', 'operator', '3 days', 'lift', 'A court has asked for it.')"
    )
    escrow = card(world)
    escrow.commit("freeze", "operator", payload={"kind": "court", "reason": "order 12"})
    assert escrow.holds() == ["court"]
    world.advance(days=3, minutes=1)
    assert sweep(world) == ["unfreeze"]


@pytest.mark.parametrize(
    ("role", "payload", "code"),
    [
        ("operator", {"kind": "chargeback"}, "hold_kind_unknown"),
        ("operator", {"kind": None}, "hold_kind_unknown"),
        ("operator", {"kind": "whatever"}, "hold_kind_unknown"),
        ("rail", {"kind": "operator"}, "hold_kind_unknown"),
        ("rail", {"kind": "screening"}, "hold_kind_unknown"),
        ("system", {"kind": "inquiry"}, "hold_kind_unknown"),
        ("rail", {"kind": "inquiry", "reference": ""}, "reference_required"),
        ("system", {"kind": "outage", "reference": None}, "reference_required"),
        ("rail", {"kind": "chargeback", "amount": None}, "funds_not_exact"),
        ("rail", {"kind": "chargeback", "amount": "0"}, "funds_not_exact"),
        ("rail", {"kind": "chargeback", "amount": "-1"}, "funds_not_exact"),
        ("rail", {"kind": "chargeback", "amount": "0.001"}, "funds_not_exact"),
    ],
)
def test_a_reason_is_of_a_kind_of_its_owner(
    world: World, role: str, payload: dict[str, Any], code: str
) -> None:
    escrow = card(world)
    said = {"reason": "because", "reference": "one", **payload}
    with refused(world.connection, code):
        escrow.commit("freeze", role, payload=said)
    assert not is_held(escrow)


@pytest.mark.parametrize(
    "change",
    [
        "update public.escrow_holds set closed_version = 9, closed_event = 'unfreeze', "
        "closed_role = 'system', closed_at = now()",
        "insert into public.escrow_holds (id, escrow_id, kind, owner_role, reference, reason, "
        "opened_version, opened_at, ends_at, at_end) select gen_random_uuid(), id, 'outage', "
        "'system', 'x', 'y', 1, now(), "
        "now() + interval '1 day', 'lift' from private.escrow_transactions "
        "where frozen_at is null",
    ],
)
def test_the_overlay_is_what_the_set_says(world: World, change: Any) -> None:
    """Whoever writes past the moves meets it at commit; and the books see it."""
    hold(card(world), "outage")
    card(world)
    with refused(world.connection, "overlay_differs_from_holds"), world.connection.transaction():
        world.run(change)
        world.settle()
    world.run("alter table public.escrow_holds disable trigger _600_overlay")
    world.run(change)
    assert "overlay_differs_from_holds" in "".join(map(str, world.problems()))


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("update public.escrow_holds set ends_at = ends_at + interval '1 year'", "append_only"),
        ("update public.escrow_holds set kind = 'operator'", "append_only"),
        ("delete from public.escrow_holds", "append_only"),
        ("truncate public.escrow_holds", "append_only"),
    ],
)
def test_reasons_are_only_closed(world: World, statement: Any, code: str) -> None:
    escrow = card(world)
    mine = hold(escrow, "outage")
    with refused(world.connection, code):
        world.run(statement)
    lift(escrow, "outage", mine)
    with refused(world.connection, code):
        world.run("update public.escrow_holds set closed_at = null, closed_version = null, "
                  "closed_event = null, closed_role = null")  # fmt: skip


def test_parties_read_what_holds_until_when_and_what_happens_then(world: World) -> None:
    escrow = card(world)
    hold(escrow, "chargeback", "dp_1", amount="40")
    hold(escrow, "operator")
    read = (
        "select kind, amount::numeric, ends_at - opened_at, at_end, closed_at "
        "from public.escrow_holds order by kind"
    )
    for who in (escrow.payer, escrow.payee):
        as_user(world.connection, who)
        assert world.rows(read) == [
            ("chargeback", 40, 240 * DAY, "stand", None),
            ("operator", None, 30 * DAY, "lift", None),
        ]
        as_owner(world.connection)
    as_user(world.connection, world.user("stranger"))
    assert world.rows(read) == []
