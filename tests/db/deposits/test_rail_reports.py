"""What rails say: once per event, in order for each escrow, and what becomes of the money."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from tests.db.operations.test_setbacks import poison
from tests.world.escrow import Escrow
from tests.world.rails import applied, apply, awaiting, card, cost, ended, payments, report
from tests.world.refused import refused
from tests.world.trades import funded
from tests.world.world import OUTSIDE, PLATFORM, World

USDC, USD = "USDC_BASE", "USD"
SERVICE = "market_service"


def clearing(world: World, currency: str = USD) -> Decimal:
    """What the rails hold for the platform, with the sign turned."""
    return Decimal(world.balance(OUTSIDE, currency, "clearing")[0])


def owed(world: World) -> Any:
    """What parties owe the platform, by its books."""
    return -Decimal(world.balance(PLATFORM, USD, "receivables")[0])


def own(world: World) -> tuple[Decimal, Decimal]:
    """The platform's fees and losses."""
    return (Decimal(world.balance(PLATFORM, USD, "fees")[0]),
            Decimal(world.balance(PLATFORM, USD, "losses")[0]))  # fmt: skip


def debts(world: World) -> list[tuple[Any, ...]]:
    """Amount, recovered and cancelled of each receivable."""
    return world.rows(
        "select amount::numeric, recovered_amount::numeric, cancelled_amount::numeric "
        "from public.receivables order by id"
    )


def reason(world: World) -> str | None:
    return str(world.one("select last_payload ->> 'reason' from private.escrow_transactions"))


def test_an_event_counts_once(world: World) -> None:
    escrow = awaiting(world)
    before = clearing(world, USDC)
    assert [report(world, escrow, "log-1") for _ in range(3)] == [True, False, False]
    assert report(world, escrow, "log-1", amount="7", kind="reversal_lost") is False
    assert apply(world).moved == 1
    assert apply(world).moved == 0
    assert report(world, escrow, "log-1") is False
    assert applied(world) == ["funds_confirmed"]
    assert clearing(world, USDC) == before - 100
    assert world.problems() == []


def test_what_a_rail_said_is_never_changed(world: World) -> None:
    report(world, awaiting(world), "log-1")
    for change in ("set amount = 1", "set kind = 'reversal_won'", "set created_at = created_at + "
                   "interval '1 s'"):  # fmt: skip
        with refused(world.connection, "append_only"):
            world.run(f"update public.rail_reports {change}")
    apply(world)
    with refused(world.connection, "append_only"):
        world.run("update public.rail_reports set attempts = 9")
    with refused(world.connection, "append_only"):
        world.run("delete from public.rail_reports")


def test_reports_of_an_escrow_come_in_order(world: World) -> None:
    """Two deposits: the first is too little, the second what was missing."""
    escrow = awaiting(world)
    report(world, escrow, "log-1", amount="40")
    report(world, escrow, "log-2", amount="60")
    due = world.one("select jsonb_path_query_array(service.rail_reports_due(50), "
                    "'$[*].report.provider_event_id')")  # fmt: skip
    assert due == ["log-1"]
    world.advance(seconds=16)
    assert apply(world).moved == 2
    assert applied(world) == ["funds_mismatch", "top_up"]
    assert escrow.place == ("funded", "")
    assert world.problems() == []


def test_one_that_cannot_be_applied_holds_up_its_own_escrow_only(world: World) -> None:
    broken, other = awaiting(world), awaiting(world)
    poison(world, "private.escrow_events", broken.id, column="escrow_id", event="insert")
    report(world, broken, "log-1")
    report(world, broken, "log-2")
    report(world, other, "log-3")
    done = apply(world)
    assert (done.moved, done.failed) == (1, 1)
    assert applied(world) == [None, None, "funds_confirmed"]
    waits = []
    for _ in range(10):
        before = world.now()
        world.advance_to(world.one("select min(next_at) + interval '1 s' from public.rail_reports "
                                   "where attempts > 0 and applied_as is null"))  # fmt: skip
        waits.append(world.now() - before)
        assert apply(world).failed == 1
    assert waits[0] < timedelta(seconds=20)
    assert timedelta(minutes=59) < waits[-1] < timedelta(minutes=61)
    assert broken.place == ("awaiting_funds", "")


@pytest.mark.parametrize(
    ("fields", "why"),
    [({"amount": "99.999999"}, "under"), ({"amount": "100.000001"}, "over"),
     ({"currency": "USDBC_BASE"}, "wrong_asset"), ({"reason": "flagged"}, "flagged"),
     ({"provider_time": "late"}, "late")],
)  # fmt: skip
def test_incident_26_money_that_is_not_what_was_agreed_waits(
    world: World, fields: dict[str, Any], why: str
) -> None:
    escrow = awaiting(world)
    if why == "late":
        end = world.one("select expires_at from private.escrow_transactions")
        fields = {"provider_time": (end + timedelta(seconds=1)).isoformat()}
        world.advance_to(end + timedelta(seconds=2))
    report(world, escrow, "log-1", **fields)
    assert apply(world).moved == 1
    assert (escrow.place, reason(world)) == (("funding_exception", ""), why)
    code, amount = fields.get("currency", USDC), Decimal(fields.get("amount", "100"))
    assert world.balance(escrow.payer, code)[1] == amount
    escrow.commit("return_funds", "payer")
    assert payments(world, escrow) == [("return", escrow.payer, code, amount, "created")]
    assert world.problems() == []


def test_flagged_money_tops_nothing_up(world: World) -> None:
    escrow = awaiting(world)
    report(world, escrow, "log-1", amount="40")
    report(world, escrow, "log-2", amount="60", reason="flagged")
    apply(world)
    assert escrow.place == ("funding_exception", "")
    assert escrow.suspense() == 100


@pytest.mark.parametrize("end", ["cancel", "accept", "perform"])
def test_incident_11_money_that_no_move_waits_for_goes_back(world: World, end: str) -> None:
    escrow = awaiting(world)
    if end != "cancel":
        report(world, escrow, "log-1")
        apply(world)
    escrow.commit(end, "payee" if end == "perform" else "payer")
    before = (escrow.facts()[0], payments(world, escrow))
    report(world, escrow, "log-2", amount="70")
    assert apply(world).cases == 1
    assert applied(world)[-1] == "late_funds"
    returned = ("return", escrow.payer, USDC, Decimal(70), "created")
    assert (escrow.facts()[0], payments(world, escrow)) == (before[0], [*before[1], returned])
    assert world.problems() == []


def test_a_chargeback_stops_everything_until_it_is_won(world: World) -> None:
    escrow = card(world)
    end = world.one("select expires_at from private.escrow_transactions")
    report(world, escrow, "dp_1:opened", "reversal_opened", reference="dp_1")
    apply(world)
    assert escrow.holds() == ["chargeback"]
    for event, role in (("perform", "payee"), ("accept", "payer"), ("concede", "payee")):
        with refused(world.connection, "escrow_frozen"):
            escrow.commit(event, role)
    world.advance(days=20)
    assert world.one("select service.escrow_due(50)") == []
    frozen = world.one("select private.clock() - frozen_at from private.escrow_transactions")
    report(world, escrow, "dp_1:won", "reversal_won", reference="dp_1")
    apply(world)
    assert applied(world) == ["funds_confirmed", "freeze", "unfreeze"]
    given_back = world.one("select expires_at from private.escrow_transactions") - end
    assert frozen <= given_back < frozen + timedelta(minutes=1)
    escrow.commit("perform", "payee")
    assert world.problems() == []


@pytest.mark.parametrize("scene", ["funded", "performed", "disputed"])
def test_money_the_rail_took_back_is_not_paid_again(world: World, scene: str) -> None:
    escrow = card(world)
    for event, role in (("perform", "payee"), ("dispute", "payer")):
        if scene in ("performed", "disputed") and event == "perform":
            escrow.commit(event, role)
        if scene == "disputed" and event == "dispute":
            escrow.commit(event, role)
    outside, parties = clearing(world), (escrow.payer, escrow.payee)
    before = [world.balance(party, USD)[0] for party in parties]
    report(world, escrow, "dp_1:opened", "reversal_opened", reference="dp_1")
    report(world, escrow, "dp_1:lost", "reversal_lost", reference="dp_1")
    apply(world)
    assert applied(world)[-2:] == ["freeze", "rail_return"]
    assert escrow.place == ("refunded", "")
    assert payments(world, escrow) == [
        ("rail_return", escrow.payer, USD, Decimal(100), "confirmed")
    ]
    assert clearing(world) == outside + 100
    assert [world.balance(party, USD)[0] for party in parties] == before
    assert world.one("select service.payouts_claim('stripe', 50)") == []
    assert world.one("select count(*) from public.escrow_cases") == 0
    assert world.problems() == []


def test_incident_31_a_chargeback_after_the_end_never_reopens_the_trade(world: World) -> None:
    escrow = ended(world, takes_out="335")
    before, outside, (fee, lost) = escrow.facts()[0], clearing(world), own(world)
    report(world, escrow, "dp_1:opened", "reversal_opened", reference="dp_1",
           due_by=(world.now() + timedelta(days=9)).isoformat())  # fmt: skip
    assert apply(world).cases == 1
    # Of the 95 that it got 60 were there; the platform is owed the rest, and gives its fee.
    assert (world.balance(escrow.payee, USD), debts(world)) == ((0, 0, 0), [(95, 60, 0)])
    assert (clearing(world), owed(world), own(world)) == (outside + 100, 35, (fee - 5, lost))
    report(world, escrow, "dp_1:lost", "reversal_lost", reference="dp_1")
    apply(world)
    assert world.rows("select state, last_event, fee_amount::numeric, loss_amount::numeric "
                      "from public.escrow_cases") == [
        ("upheld", "reversal_lost", 5, 0)
    ]  # fmt: skip
    assert (clearing(world), owed(world), own(world)) == (outside + 100, 35, (fee - 5, lost))
    assert escrow.facts()[0] == before
    assert world.problems() == []


def test_one_that_was_lost_before_anybody_heard_of_it(world: World) -> None:
    escrow = ended(world)
    report(world, escrow, "dp_1:lost", "reversal_lost", reference="dp_1")
    report(world, escrow, "dp_1:opened", "reversal_opened", reference="dp_1")
    apply(world)
    assert world.rows("select state from public.escrow_cases") == [("upheld",)]
    assert debts(world) == [(95, 0, 0)]


def test_the_next_payments_are_set_off_against_what_is_owed(world: World) -> None:
    escrow = ended(world)
    report(world, escrow, "dp_1:opened", "reversal_opened", reference="dp_1")
    apply(world)
    parties = (escrow.payer, escrow.payee)
    for amount, back, paid in (("80", 76, []), ("60", 95, [38])):
        later = awaiting(world, "stripe", currency=USD, amount=amount, parties=parties, times=0)
        report(world, later, f"ch_{amount}")
        apply(world)
        later.commit("accept", "payer")
        assert debts(world) == [(95, back, 0)]
        assert owed(world) == 95 - back
        assert [row[3] for row in payments(world, later)] == paid
    assert world.problems() == []


@pytest.mark.parametrize("recovered", [False, True])
def test_everybody_has_back_what_a_reversal_took_when_it_is_won(
    world: World, recovered: bool
) -> None:
    escrow = ended(world, takes_out="370")
    outside, mine = clearing(world), own(world)
    report(world, escrow, "dp_1:opened", "reversal_opened", reference="dp_1")
    apply(world)
    assert debts(world) == [(95, 25, 0)]
    if recovered:
        later = funded(world, SERVICE, currency=USD, rail="stripe", amount="40", times=0,
                       parties=(escrow.payer, escrow.payee))  # fmt: skip
        later.commit("accept", "payer")
        assert debts(world) == [(95, 25 + 38, 0)]
        outside -= 40
        mine = (mine[0] + 2, mine[1])
    report(world, escrow, "dp_1:won", "reversal_won", reference="dp_1")
    apply(world)
    back = 38 if recovered else 0
    assert debts(world) == [(95, 25 + back, 70 - back)]
    assert (owed(world), own(world)) == (0, mine)
    assert clearing(world) == outside
    # 25 were taken at once, the rest was set off.
    assert payments(world, escrow)[-1] == (
        "reinstate", escrow.payee, USD, Decimal(25 + back), "created",
    )  # fmt: skip
    assert world.one("select state from public.escrow_cases") == "dismissed"
    report(world, escrow, "dp_1:again", "reversal_won", reference="dp_1")
    assert (apply(world).neutral, applied(world)[-1]) == (1, "repeated")
    assert world.problems() == []


def test_a_payment_on_its_way_is_not_called_back(world: World) -> None:
    """What the rail may have sent stays the rail's word; the payee owes it."""
    escrow = card(world)
    world.command("payout_destination_set", actor_id=escrow.payee, rail="stripe",
                  address="acct_1", aal="aal2")  # fmt: skip
    escrow.commit("accept", "payer")
    assert len(world.one("select service.payouts_claim('stripe', 50)")) == 1
    report(world, escrow, "dp_1:opened", "reversal_opened", reference="dp_1")
    apply(world)
    assert payments(world, escrow) == [("release", escrow.payee, USD, 95, "claimed")]
    assert world.balance(escrow.payee, USD) == (205, 95, 0)
    assert world.problems() == []


def _under(world: World) -> Escrow:
    made = awaiting(world, "stripe")
    report(world, made, "ch_1", amount="40")
    return made


def _funds(world: World) -> Escrow:
    made = awaiting(world, "stripe")
    report(world, made, "ch_1")
    return made


def _then(build: Callable[..., Escrow], *stages: str, **fields: Any) -> Callable[[World], Escrow]:
    def made(world: World) -> Escrow:
        escrow = build(world)
        for stage in stages:
            apply(world)
            report(world, escrow, f"dp_1:{stage}", f"reversal_{stage}", reference="dp_1",
                   **fields)  # fmt: skip
        return escrow

    return made


CRASHES = {
    "funds_confirmed": _funds, "funds_mismatch": _under,
    "freeze": _then(card, "opened"), "unfreeze": _then(card, "opened", "won"),
    "rail_return": _then(card, "opened", "lost"), "rail_void": _then(_under, "lost", amount="40"),
    "rail_reversal": _then(ended, "opened"), "reversal_won": _then(ended, "opened", "won"),
    "reversal_lost": _then(ended, "opened", "lost"),
}  # fmt: skip


def held(world: World) -> Decimal:
    """What the books expect at the rail, by themselves and by what is under way."""
    expected: Decimal = world.one(
        "select booked + under_way from private.rail_figures('stripe', %s) where currency = %s",
        Jsonb({"moves": []}), USD,
    )  # fmt: skip
    return expected


@pytest.mark.parametrize("what", CRASHES)
def test_a_worker_that_dies_after_the_move_leaves_it_made_once(world: World, what: str) -> None:
    """Incident 7: it is not known whether it was said that it was done. Law 14: whatever the worker
    has done of it, books and rail are compared as before."""
    escrow = CRASHES[what](world)
    at_the_rail = held(world)
    assert apply(world, dies_before="rail_report_applied").failed == 1
    assert applied(world)[-1] is None
    assert held(world) == at_the_rail
    before = (escrow.facts(), payments(world, escrow), debts(world), clearing(world))
    world.advance(seconds=16)
    done = apply(world)
    assert (done.failed, applied(world)[-1]) == (0, "repeated" if "rev" in what else what)
    assert (escrow.facts(), payments(world, escrow), debts(world), clearing(world)) == before
    assert held(world) == at_the_rail
    assert world.problems() == []


def test_a_fee_of_a_rail_counts_once_and_may_come_back(world: World) -> None:
    outside = clearing(world)
    assert [cost(world, "txn_1") for _ in range(2)] == [True, False]
    assert (clearing(world), world.balance(PLATFORM, USD, "costs")[0]) == (
        outside + Decimal("0.59"), Decimal("-0.59"),
    )  # fmt: skip
    assert cost(world, "txn_2", "-0.59") is True
    assert cost(world, "txn_3", "0") is False
    assert clearing(world) == outside
    assert world.problems() == []


def test_a_report_says_what_its_money_is_for(world: World) -> None:
    made = awaiting(world)
    for purpose, code in ((None, "unknown_purpose"), ("tip", "unknown_purpose")):
        with refused(world.connection, code):
            report(world, made, "x", purpose=purpose)
    with refused(world.connection, "escrow_not_found"):
        report(world, made, "x", reference_id=str(uuid4()))
    with refused(world.connection, "wallet_not_found"):
        report(world, made, "x", purpose="wallet")
    with refused(world.connection, "no_such_rail"):
        report(world, made, "x", rail="nowhere")
