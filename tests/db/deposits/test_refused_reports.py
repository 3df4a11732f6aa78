"""What a rail is said to have said and cannot be so: operators see it, are told again, and close
it; and money of no escrow of ours is booked and shown in the same way."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from stack.identity import as_owner, as_user
from tests.world.debts import booked, cases, change
from tests.world.escrow import Escrow
from tests.world.operators import confirm
from tests.world.rails import applied, apply, awaiting, card, report
from tests.world.refused import refused
from tests.world.world import PLATFORM, World


def _refused(world: World, **said: Any) -> tuple[Escrow, UUID]:
    made = card(world)
    fields = {"kind": "reversal_lost", "amount": "141"} | said
    assert report(world, made, "dp_1:lost", reference="dp_1", **fields) is False
    return made, world.one("select id from public.refused_reports")


def close(world: World, row: UUID, event: str, **changes: Any) -> dict[str, Any]:
    command = {"refused_report_id": row, "event": event, "reason": "asked the bank",
               "actor_id": world.operator, "aal": "aal2"} | changes  # fmt: skip
    answer: dict[str, Any] = world.command("refused_report_close", **command)
    return answer


@contextmanager
def larger(world: World) -> Iterator[None]:
    """The row of the rail is put right: it may take more than we thought."""
    world.run("update public.rails set margin_amount = 100 where id = 'stripe'")
    yield
    world.run("update public.rails set margin_amount = 30 where id = 'stripe'")


def open_ones(world: World) -> int:
    with world.acting("service_role"):
        found: int = world.one("select service.refused_reports_remind()")
    return found


def told(world: World) -> list[str]:
    return [kind for (kind,) in world.rows("select kind from public.security_events order by id")]


def test_one_that_is_open_is_told_again_after_three_days_and_then_each_day(world: World) -> None:
    """Law 11: a report that nobody believes waits for nobody in silence."""
    _, row = _refused(world)
    assert (open_ones(world), told(world)) == (1, ["rail_report_refused"])
    world.advance(days=3, seconds=1)
    for times in (1, 2):
        assert [open_ones(world) for _ in range(2)] == [1, 1]
        assert told(world) == ["rail_report_refused", *["rail_report_open"] * times]
        world.advance(days=1, seconds=1)
    sent = world.rows(
        "select payload ->> 'refused_report_id' from private.outbox"
        " where event = 'security.rail_report_open'"
    )
    assert sent == [(str(row),)] * 2
    close(world, row, "dismiss")
    assert open_ones(world) == 0
    world.advance(days=9)
    assert (open_ones(world), len(told(world))) == (0, 3)


def test_an_operator_reads_and_dismisses_it_once(world: World) -> None:
    made, row = _refused(world)
    before = booked(world)
    for user, seen in ((made.payer, 0), (made.payee, 0), (world.operator, 1)):
        as_user(world.connection, user, aal="aal2")
        assert world.one("select count(*) from public.refused_reports") == seen
        as_owner(world.connection)
    for changes, code in (
        ({"reason": " "}, "reason_required"), ({"event": "forget"}, "illegal_move"),
        ({"refused_report_id": uuid4()}, "refused_report_not_found"),
        ({"actor_id": made.payer}, "operator_only"), ({"aal": "aal1"}, "step_up_required"),
    ):  # fmt: skip
        with refused(world.connection, code):
            close(world, **{"row": row, "event": "dismiss"} | changes)  # type: ignore[arg-type]
    answer = close(world, row, "dismiss")
    assert answer["outcome"] == "dismissed"
    with refused(world.connection, "refused_report_closed"):
        close(world, row, "dismiss")
    assert world.rows("select outcome, closed_by, reason from public.refused_reports") == [
        ("dismissed", world.operator, "asked the bank")
    ]
    with refused(world.connection, "append_only"):
        world.run("update public.refused_reports set reason = 'another'")
    # Said again it is the same, and stays closed.
    assert (
        report(world, made, "dp_1:lost", "reversal_lost", amount="141", reference="dp_1") is False
    )
    assert (change(world, before), open_ones(world)) == ({}, 0)


def test_what_was_so_after_all_is_taken_up_when_it_can_be(world: World) -> None:
    made, row = _refused(world)
    before = booked(world)
    with refused(world.connection, "report_too_large"):
        close(world, row, "take_up")
    with larger(world):
        assert close(world, row, "take_up")["outcome"] == "taken_up"
    apply(world)
    assert applied(world)[-1] == "rail_return"
    assert made.place == ("refunded", "")
    # What was beyond the escrow is a loss that a person sees.
    assert change(world, before) == {"clearing": 141, "losses": -41}
    assert cases(world) == [("discrepancy", "beyond_escrow", 41, "review")]
    assert world.problems() == []


def test_taken_up_it_moves_money_as_a_deposit_does(world: World) -> None:
    """Above the limit two operators take it up, as they book a deposit."""
    _, row = _refused(world)
    world.run("update public.operator_limits set above = 1 where kind = 'refused_report'")
    with larger(world):
        asked = close(world, row, "take_up")
        assert asked["state"] == "open"
        assert world.one("select outcome from public.refused_reports") is None
        confirm(world, asked)
    assert world.one("select outcome from public.refused_reports") == "taken_up"
    # To dismiss it moves nothing.
    world.run("update public.operator_limits set above = 1e18 where kind = 'refused_report'")


def test_money_lost_that_never_came_is_decided_at_once(world: World) -> None:
    """Entry 8: it failed each hour for ever."""
    for made in (awaiting(world, "stripe"), awaiting(world)):
        assert report(world, made, f"lost {made.id}", "reversal_lost") is False
    void = awaiting(world, "stripe")
    void.commit("cancel", "payer")
    for kind in ("reversal_opened", "reversal_lost"):
        assert report(world, void, f"{kind} {void.id}", kind) is False
    assert apply(world).failed == 0
    codes = world.rows("select distinct refusal from public.refused_reports")
    assert codes == [("report_too_large",)]
    assert world.one("select count(*) from public.setbacks") == 0
    # Once money has come the same may be taken up.
    paid = awaiting(world, "stripe")
    assert report(world, paid, "dp_9:lost", "reversal_lost", reference="dp_9") is False
    report(world, paid, "ch_9")
    apply(world)
    row = world.one("select id from public.refused_reports where provider_event_id = 'dp_9:lost'")
    close(world, row, "take_up")
    apply(world)
    assert paid.place == ("refunded", "")
    assert world.problems() == []


def test_another_token_that_had_gone_back_and_is_lost_is_a_loss(world: World) -> None:
    """Entry 8: it failed each hour for ever, as no move and no case took it."""
    made = awaiting(world)
    report(world, made, "log-1")
    report(world, made, "log-2", currency="USDBC_BASE", amount="70")
    assert apply(world).failed == 0
    before = Decimal(world.balance(PLATFORM, "USDBC_BASE", "losses")[0])
    lost = {"kind": "reversal_lost", "currency": "USDBC_BASE", "amount": "70"}
    assert report(world, made, "log-2:lost", **lost)
    assert apply(world).failed == 0
    assert applied(world)[-1] == "discrepancy"
    assert cases(world)[-1] == ("discrepancy", "beyond_escrow", 70, "review")
    assert Decimal(world.balance(PLATFORM, "USDBC_BASE", "losses")[0]) == before - 70
    assert made.place == ("funded", "")
    assert world.problems() == []


# --- money that is no report -------------------------------------------------------------------


def say(world: World, escrow: Escrow | None, amount: str, **fields: Any) -> bool:
    said = {"rail": "stripe", "purpose": "escrow" if escrow else None,
            "reference_id": str(escrow.id) if escrow else None, "currency": "USD",
            "amount": amount, "reference": "tr_1", "reason": "sent_by_hand"} | fields  # fmt: skip
    with world.acting("service_role"):
        new: bool = world.one("select service.rail_discrepancy(%s)", Jsonb(said))
        world.settle()
    return new


def test_money_of_no_escrow_is_booked_to_losses_and_shown(world: World) -> None:
    """Law 9: what fits nothing goes to a named account, and a person sees it."""
    before = booked(world)
    assert [say(world, None, "50"), say(world, None, "50")] == [True, False]
    assert change(world, before) == {"clearing": 50, "losses": -50}
    # Twenty of it come back, told in all so far; a name of no escrow of ours is none.
    assert say(world, None, "30", purpose="escrow", reference_id=str(uuid4()))
    assert change(world, before) == {"clearing": 30, "losses": -30}
    rows = world.rows("select id, refusal, reference_id, report ->> 'amount' from"
                      " public.refused_reports order by id")  # fmt: skip
    assert [row[1:] for row in rows] == [("no_escrow", None, "50"), ("no_escrow", None, "-20")]
    with refused(world.connection, "illegal_move"):
        close(world, rows[0][0], "take_up")
    for row in rows:
        close(world, row[0], "dismiss")
    assert open_ones(world) == 0
    assert world.problems() == []


def test_what_was_sent_by_hand_for_an_escrow_is_a_case_of_it(world: World) -> None:
    made = card(world)
    before = booked(world)
    for total, booked_now in (("50", 50), ("50", 50), ("30", 30), ("50", 50), ("0", 0)):
        say(world, made, total)
        assert change(world, before).get("clearing", 0) == booked_now
    assert [row[:3] for row in cases(world)] == [
        ("discrepancy", "sent_by_hand", Decimal(50)), ("discrepancy", "sent_by_hand", Decimal(-20)),
        ("discrepancy", "sent_by_hand", Decimal(20)), ("discrepancy", "sent_by_hand", Decimal(-50)),
    ]  # fmt: skip
    # It takes nothing from what a chargeback may be about.
    assert report(world, made, "dp_1:opened", "reversal_opened", reference="dp_1")
    assert world.problems() == []


@pytest.mark.parametrize(
    ("whose", "fields", "code"),
    [
        (None, {"amount": "1000000.01"}, "report_too_large"),
        (None, {"currency": "BTC"}, "rail_currency"),
        (None, {"currency": "NONE"}, "funds_not_exact"),
        (None, {"amount": "0.001"}, "funds_not_exact"),
        (None, {"reference": ""}, "reference_required"),
        (None, {"rail": "internal"}, "rail_currency report_too_large"),
    ],
)
def test_what_fits_nothing_is_bounded_too(
    world: World, whose: None, fields: dict[str, Any], code: str
) -> None:
    before = booked(world)
    with refused(world.connection, *code.split()):
        say(world, whose, **{"amount": "50"} | fields)
    assert change(world, before) == {}


def test_more_than_was_paid_in_is_no_discrepancy_of_an_escrow(world: World) -> None:
    """Entry 9: in sum, both ways; it is kept and shown, and nothing is booked."""
    made = card(world)
    before = booked(world)
    assert say(world, made, "100")
    assert say(world, made, "40", reference="tr_2")
    assert say(world, made, "0.01", reference="tr_3")
    assert change(world, before)["losses"] == -140
    assert say(world, made, "-140.01", reference="tr_4")
    assert change(world, before)["losses"] == -140
    assert world.rows("select refusal from public.refused_reports") == [
        ("report_too_large",), ("report_too_large",)
    ]  # fmt: skip
