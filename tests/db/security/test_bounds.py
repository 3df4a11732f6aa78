"""Whoever holds the service key: what rails and functions say is bounded by the database."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.world.escrow import Escrow
from tests.world.rails import awaiting, claim, cost, destination, outcome, released, report
from tests.world.refused import refused
from tests.world.scenes import EVERY_POLICY, ONCE
from tests.world.trades import contract, p2p_trade, sell_order, take_command
from tests.world.world import World

FAR = "9000-01-01T00:00:00Z"
HUGE = "1000000000000000"


def _books(world: World) -> list[tuple[Any, ...]]:
    """Everything that a hostile call could move: balances, claims, payments and clocks."""
    return world.rows(
        "select 'wallet', party_id::text || currency || type,"
        " concat_ws(' ', available, pending, locked) from public.wallet_balances"
        " where available <> 0 or pending <> 0 or locked <> 0"
        " union all select 'escrow', id::text, concat_ws(' ', state, expires_at, rail_hold_until)"
        " from private.escrow_transactions"
        " union all select 'case', id::text, concat_ws(' ', state, amount, deadline_at)"
        " from public.escrow_cases"
        " union all select 'payment', id::text, concat_ws(' ', state, amount, deadline_at)"
        " from public.payouts"
        " union all select 'report', id::text, kind from public.rail_reports"
        " union all select 'owed', id::text, (amount - recovered_amount)::text"
        " from public.receivables order by 1, 2"
    )


# --- Every function of the service schema, with what nobody would send.

_HOSTILE = {
    "int4": 2147483647, "int8": 9223372036854775807, "interval": "1000 years", "timestamptz": FAR,
    "text": "x", "uuid": UUID(int=9), "bool": True,
    "_int4": [2147483647], "_text": ["x"], "numeric": "1e30",
}  # fmt: skip


def _bodies(name: str) -> list[Any]:
    claims = {
        "amount": HUGE, "currency": "BTC", "deadline_at": FAR, "expires_at": FAR, "until": FAR,
        "due_by": FAR, "provider_time": FAR, "next_in": 10**15,
        "perform_within": 10**15,
        "rail": "stripe", "kind": "rail_reversal", "event": "confirm", "reference": "x",
        "provider_event_id": f"hostile {name}", "aal": "aal2", "request_hash": "h",
        "idempotency_key": f"hostile {name}",
    }  # fmt: skip
    return [{}, [], claims, [claims], {"pairs": [claims]}, {"transfers": [claims]}]


def test_no_function_believes_what_nobody_would_send(world: World) -> None:
    """Whoever adds a function is in this table: each is called with the largest of everything."""
    made = funded_on_card(world)
    made.commit("accept", "payer")
    p2p_trade(world)
    before = _books(world)
    functions = world.rows(
        "select p.proname, array(select t.typname::text from unnest(p.proargtypes) with ordinality"
        " as a (type, n) join pg_type as t on t.oid = a.type order by a.n)"
        " from pg_proc as p where p.pronamespace = 'service'::regnamespace order by 1"
    )
    assert len(functions) > 90
    answered = set()
    for name, types in functions:
        bodies = _bodies(name) if {"jsonb", "command"} & {*types} else [None]
        for body in bodies:
            values = [
                Jsonb(body) if kind in ("jsonb", "command") else _HOSTILE[kind] for kind in types
            ]
            casts = [sql.SQL("%s::{}").format(_type(kind)) for kind in types]
            query = sql.SQL("select service.{}({})").format(
                sql.Identifier(name), sql.SQL(", ").join(casts)
            )
            state = _call(world, query, values)
            # Refused, or no value of its type: never a defect of ours.
            assert state[:2] in ("", "PT", "22", "23"), (name, body, state)
            if not state:
                answered.add(name)
            assert _books(world) == before, (name, body)
    assert world.problems() == []
    # The sweeps answer; were all refused, the test would say nothing.
    assert {"orders_expire", "payouts_expire", "escrow_cases_expire"} <= answered


def _call(world: World, query: sql.Composed, values: list[Any]) -> str:
    """The SQLSTATE of the refusal; empty when it answered."""
    try:
        with world.connection.transaction(), world.acting("service_role"):
            world.connection.execute(query, values)
            world.settle()
    except psycopg.Error as error:
        return error.sqlstate or "?????"
    return ""


def _type(kind: str) -> sql.Composable:
    if kind == "command":
        return sql.SQL("service.command")
    return sql.SQL(kind[1:] + "[]") if kind.startswith("_") else sql.SQL(kind)


# --- What a rail says about an escrow.


def funded_on_card(world: World, **fields: Any) -> Escrow:
    made = awaiting(world, "stripe", **fields)
    made.commit("funds_confirmed", "rail")
    return made


SAID: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("stripe", "of another rail", {"rail": "base"}, "other_rail"),
    ("base", "of another rail", {"rail": "stripe"}, "other_rail"),
    ("base", "a chargeback on a chain", {"kind": "reversal_opened"}, "no_reversals"),
    ("base", "a chargeback won on a chain", {"kind": "reversal_won"}, "no_reversals"),
    ("stripe", "5,000 on 100", {"kind": "reversal_opened", "amount": "5000"}, "report_too_large"),
    ("stripe", "lost 5,000 of 100", {"kind": "reversal_lost", "amount": "5000"},
     "report_too_large"),
    ("stripe", "won 5,000 of 100", {"kind": "reversal_won", "amount": "5000"}, "report_too_large"),
    ("stripe", "140.01 of 100", {"kind": "reversal_lost", "amount": "140.01"}, "report_too_large"),
    ("base", "lost more than came", {"kind": "reversal_lost", "amount": "100.000001"},
     "report_too_large"),
    ("base", "more than there is", {"amount": "100000001"}, "report_too_large"),
    ("stripe", "more than a card pays", {"amount": "1000001"}, "report_too_large"),
    ("stripe", "crypto on a card", {"currency": "BTC"}, "rail_currency"),
    ("base", "a coin of another chain", {"currency": "BTC"}, "rail_currency"),
    ("base", "bank money on a chain", {"currency": "USD"}, "rail_currency"),
    ("stripe", "another's money taken", {"kind": "reversal_lost", "currency": "EUR"},
     "report_too_large"),
    ("stripe", "tomorrow", {"provider_time": FAR}, "report_time"),
    ("stripe", "to be answered in the year 9000", {"kind": "reversal_opened", "due_by": FAR},
     "report_time"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("rail", "what", "said", "code"), SAID, ids=[f"{s[0]}: {s[1]}" for s in SAID]
)
def test_a_report_that_cannot_be_is_kept_and_shown_and_books_nothing(
    world: World, rail: str, what: str, said: dict[str, Any], code: str
) -> None:
    made = awaiting(world, rail)
    made.commit("funds_confirmed", "rail")
    before = _books(world)
    for _ in range(2):
        assert report(world, made, "event-1", **said) is False
    assert _books(world) == before
    assert world.rows(
        "select provider_event_id, reference_id, refusal from public.refused_reports"
    ) == [("event-1", made.id, code)]
    kinds = world.rows("select kind, severity::text from public.security_events")
    assert kinds == [("rail_report_refused", "high")]
    told = world.one(
        "select payload from private.outbox where event = 'security.rail_report_refused'"
    )
    assert (told["refusal"], told["reference_id"]) == (code, str(made.id))
    with refused(world.connection, "append_only"):
        world.run("delete from public.refused_reports")


@pytest.mark.parametrize(
    ("rail", "said"),
    [
        ("stripe", {"kind": "reversal_opened", "amount": "104.50"}),
        ("stripe", {"kind": "reversal_lost", "amount": "140"}),
        ("stripe", {"kind": "reversal_lost", "amount": "0.01"}),
        ("stripe", {"amount": "120"}),
        ("base", {"kind": "reversal_lost", "amount": "100"}),
        ("base", {"amount": "5000"}),
        ("base", {"currency": "USDBC_BASE"}),
    ],
)
def test_what_can_be_is_taken_down(world: World, rail: str, said: dict[str, Any]) -> None:
    made = awaiting(world, rail)
    made.commit("funds_confirmed", "rail")
    assert report(world, made, "event-1", **said) is True
    assert world.one("select count(*) from public.refused_reports") == 0


def test_money_did_not_come_before_it_was_asked_for(world: World) -> None:
    made = awaiting(world, "stripe")
    assert not report(world, made, "event-1", provider_time="2001-01-01T00:00:00Z")
    assert world.one("select refusal from public.refused_reports") == "report_time"
    assert made.place == ("awaiting_funds", "")


def test_what_was_reported_and_not_booked_yet_bounds_too(world: World) -> None:
    made = awaiting(world, "stripe")
    assert report(world, made, "late", amount="500")
    assert report(world, made, "disputed", kind="reversal_lost", amount="500")
    assert not report(world, made, "again", kind="reversal_lost", amount="600")


def test_nothing_outside_speaks_for_an_escrow_inside(world: World) -> None:
    made = p2p_trade(world)
    for kind in ("funds", "reversal_opened", "reversal_won", "reversal_lost"):
        assert report(world, made, kind, kind, amount="999") is False
    assert {code for (code,) in world.rows("select refusal from public.refused_reports")} == {
        "other_rail"
    }
    made.commit("concede", "payee")
    before = _books(world)
    for kind in ("rail_reversal", "late_funds"):
        for amount in ("999", "0.0001"):
            with refused(world.connection, "other_rail", "illegal_move"):
                world.command("escrow_rail_case", escrow_id=made.id, kind=kind, amount=amount,
                              provider_event_id=str(uuid4()))  # fmt: skip
    assert _books(world) == before


@pytest.mark.parametrize(
    ("rail", "changes", "code"),
    [
        ("stripe", {"amount": "5000"}, "report_too_large"),
        ("base", {"amount": "100.000001"}, "report_too_large"),
        ("base", {"amount": "1000000000"}, "report_too_large"),
        ("stripe", {"due_by": FAR}, "report_time"),
        ("stripe", {"kind": "late_funds", "amount": "1000001"}, "report_too_large"),
    ],
)
def test_a_case_is_as_bounded_as_a_report(
    world: World, rail: str, changes: dict[str, Any], code: str
) -> None:
    made = released(world, rail)
    before = _books(world)
    command = {"escrow_id": made.id, "kind": "rail_reversal", "amount": "100",
               "provider_event_id": "x"} | changes  # fmt: skip
    with refused(world.connection, code):
        world.command("escrow_rail_case", **command)
    assert _books(world) == before


def test_reversals_are_bounded_in_sum(world: World) -> None:
    """Entry 9: each by itself is what a bank may do, all of them together are not."""
    made = funded_on_card(world)
    assert report(world, made, "dp_1", "reversal_opened", amount="90")
    assert report(world, made, "dp_2", "reversal_opened", amount="50")
    assert not report(world, made, "dp_3", "reversal_opened", amount="0.01")
    # The end of what was opened is no more of it, nor is what is said twice.
    assert report(world, made, "dp_1:lost", "reversal_lost", amount="90", reference="dp_1")
    assert not report(world, made, "dp_1", "reversal_opened", amount="90")
    assert not report(world, made, "dp_4", "reversal_lost", amount="0.01")
    assert report(world, made, "dp_2:won", "reversal_won", amount="50", reference="dp_2")
    assert report(world, made, "dp_5", "reversal_opened", amount="50")
    assert world.one("select count(*) from public.refused_reports") == 2


@pytest.mark.parametrize("rail", ["stripe", "base"])
def test_cases_are_bounded_in_sum(world: World, rail: str) -> None:
    made = released(world, rail)
    most = {"stripe": ("100", "40"), "base": ("99.999999", "0.000001")}[rail]
    for number, amount in enumerate(most):
        world.command("escrow_rail_case", escrow_id=made.id, kind="rail_reversal", amount=amount,
                      provider_event_id=f"dp_{number}")  # fmt: skip
    before = _books(world)
    for kind in ("rail_reversal",):
        with refused(world.connection, "report_too_large"):
            world.command("escrow_rail_case", escrow_id=made.id, kind=kind,
                          amount="0.01" if rail == "stripe" else "0.000001",
                          provider_event_id="one more")  # fmt: skip
    assert _books(world) == before
    assert world.problems() == []


def test_an_outcome_is_as_bounded_as_a_case(world: World) -> None:
    made = released(world, "stripe")
    case = world.command("escrow_rail_case", escrow_id=made.id, kind="rail_reversal", amount="100",
                         provider_event_id="dp_1")["case_id"]  # fmt: skip
    before = _books(world)
    for event, amount in (("reversal_lost", "140.01"), ("reversal_won", "140.01"),
                          ("reversal_lost", HUGE)):  # fmt: skip
        with refused(world.connection, "report_too_large"):
            world.command("escrow_rail_outcome", case_id=case, event=event, amount=amount)
    assert _books(world) == before
    world.command("escrow_rail_outcome", case_id=case, event="reversal_lost", amount="140")
    assert world.problems() == []


def test_what_fits_nothing_is_bounded_by_what_was_paid_in(world: World) -> None:
    made = funded_on_card(world)
    for amount in ("140.01", "-140.01", HUGE):
        with refused(world.connection, "report_too_large"):
            world.command("escrow_rail_case", escrow_id=made.id, kind="discrepancy", amount=amount,
                          provider_event_id=amount)  # fmt: skip
    world.command("escrow_rail_case", escrow_id=made.id, kind="discrepancy", amount="140",
                  provider_event_id="first")  # fmt: skip
    with refused(world.connection, "report_too_large"):
        world.command("escrow_rail_case", escrow_id=made.id, kind="discrepancy", amount="0.01",
                      provider_event_id="second")  # fmt: skip


def test_no_chain_is_read_again_from_further_back_than_a_day(world: World) -> None:
    """Entry 9: whoever holds the key does not make the reader forget all it has read."""
    for number in (1000, 1500, 60000):
        world.run(
            "insert into public.chain_cursors (chain_id, block_number, block_hash, block_time,"
            " scanned_at) values (8453, %s, %s, private.clock(), private.clock())",
            number, "0x" + f"{number:064x}",
        )  # fmt: skip
    before = world.rows("select * from public.chain_cursors order by block_number")
    for number in (-1, 0, 999, 1499, 16799, -(2**62)):
        assert world.one("select service.chain_rewind(8453, %s)", number) is None
    assert world.rows("select * from public.chain_cursors order by block_number") == before
    assert world.rows("select kind from public.security_events") == [("chain_answers_differ",)]
    assert world.one("select service.chain_rewind(8453, 16800)") == 1


# --- Moves that a rail makes, and deadlines that a function decides.


@pytest.mark.parametrize(
    ("scene", "event", "payload", "code"),
    [
        ("awaiting_funds", "funds_mismatch", {"amount": "100000001"}, "report_too_large"),
        ("awaiting_funds", "funds_mismatch", {"currency": "BTC"}, "rail_currency"),
        ("awaiting_funds", "funds_confirmed", {"provider_time": FAR}, "report_time"),
        ("awaiting_funds", "funds_confirmed", {"provider_time": "2001-01-01T00:00:00Z"},
         "report_time"),
        *(
            ("funded", event, {"provider_time": FAR}, "report_time")
            for event in ("rail_return", "rail_take", "rail_dispute")
        ),
        ("funding_exception", "rail_void", {"provider_time": FAR}, "report_time"),
    ],
)  # fmt: skip
def test_a_move_of_a_rail_is_as_bounded_as_a_report(
    world: World, scene: str, event: str, payload: dict[str, Any], code: str
) -> None:
    made = awaiting(world)
    if scene == "funded":
        made.commit("funds_confirmed", "rail")
    elif scene == "funding_exception":
        made.commit("funds_mismatch", "rail")
    decision = made.decision(event, "rail")
    decision["payload"] = decision["payload"] | payload
    before = _books(world)
    with refused(world.connection, code, "funds_late"):
        world.command("escrow_commit", **decision)
    assert _books(world) == before


DUTIES = (
    ("proposed_signed", "countersign", "payee"),
    ("funded", "perform", "payee"),
    ("performed", "dispute", "payer"),
    ("statements", "statement", "payer"),
    ("acknowledge", "acknowledge", "arbiter"),
    ("acknowledge", "assign", "operator"),
    ("decide", "decide", "arbiter"),
    ("funded", "offer_split", "payer"),
)


@pytest.mark.parametrize(("scene", "event", "role"), DUTIES)
@pytest.mark.parametrize("policy", ["p2p_crypto", "market_service"])
def test_no_deadline_lies_beyond_the_policy(
    world: World, scene: str, event: str, role: str, policy: str
) -> None:
    if scene == "proposed_signed":
        from tests.world.trades import contract

        made = contract(world, "market_service")
        made.commit("sign", "payer")
    else:
        made = EVERY_POLICY[scene](world, policy)
    longest = world.one(
        "select greatest(sign_within, fund_within, exception_within,"
        " p.perform_within + perform_grace,"
        " p.accept_within, statement_within, acknowledge_within, decide_within, appeal_within)"
        " from public.escrow_policies as p join private.escrow_transactions as e"
        " on e.policy_id = p.id where e.id = %s",
        made.id,
    )
    before = _books(world)
    for far in (FAR, world.now() + longest + timedelta(minutes=1)):
        with refused(world.connection, "deadline_too_late", "escrow_transactions_outlived_by_rail",
                     "escrow_transactions_deadline_is_finite", "23514"):  # fmt: skip
            made.commit(event, role, deadline_at=world.now() + timedelta(minutes=1), expires_at=far)
    assert _books(world) == before
    made.commit(event, role)


@pytest.mark.parametrize("late", [FAR, 41, 60 * 24])
def test_a_take_ends_when_the_order_says(world: World, late: Any) -> None:
    order, _ = sell_order(world)
    taker = world.user("taker")
    far = late if late == FAR else world.now() + timedelta(minutes=late)
    command = take_command(order, taker, "0.1") | {"expires_at": far, "deadline_at": far}
    trade = world.command("order_take", **command)["trade_id"]
    began, deadline, end = world.rows(
        "select created_at, deadline_at, expires_at from private.escrow_transactions where id = %s",
        trade,
    )[0]
    assert (deadline - began, end - began) == (timedelta(minutes=30), timedelta(minutes=40))


@pytest.mark.parametrize("within", [10**10, 401 * 86400, -1])
def test_nobody_has_for_ever_to_perform(world: World, within: int) -> None:
    with refused(world.connection, "escrow_transactions_time_to_perform"):
        contract(world, times=0, perform_within=within)


# --- Costs, payments and cursors.


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount": "100.01"}, "report_too_large"), ({"amount": "-100.01"}, "report_too_large"),
        ({"amount": HUGE}, "report_too_large"), ({"rail": "internal"}, "report_too_large"),
    ],
)  # fmt: skip
def test_a_rail_takes_no_more_for_its_work_than_it_does(
    world: World, changes: dict[str, Any], code: str
) -> None:
    before = _books(world)
    with refused(world.connection, code):
        cost(world, "ch_1", **changes)
    assert _books(world) == before


def test_what_a_charge_costs_is_a_part_of_it(world: World) -> None:
    made = awaiting(world, "stripe")
    assert report(world, made, "ch_1", amount="5000")
    with refused(world.connection, "report_too_large"):
        cost(world, "ch_1", "600.01")
    assert cost(world, "ch_1", "600")


def test_no_more_comes_back_than_was_paid(world: World) -> None:
    made = released(world)
    assert made.payee
    destination(world, made.payee)
    (payment,) = claim(world)
    outcome(world, payment, "confirm", provider_reference="tx_1")
    before = _books(world)
    for amount in (HUGE, "95.000001", "-1", "0"):
        with refused(world.connection, "funds_not_exact", "22003"):
            world.one(
                "select service.payout_returned(%s)",
                Jsonb({"payout_id": payment["id"], "provider_reference": "tx_1", "amount": amount}),
            )
    assert _books(world) == before


@pytest.mark.parametrize("next_in", [30 * 86400 + 1, -1, 10**15])
def test_a_payment_is_looked_at_within_the_month(world: World, next_in: int) -> None:
    made = released(world)
    assert made.payee
    destination(world, made.payee)
    (payment,) = claim(world)
    with refused(world.connection, "illegal_move"):
        outcome(world, payment, "postpone", next_in=next_in)


def test_what_has_not_happened_was_not_listed(world: World) -> None:
    world.run("select service.rail_polled('stripe', %s)", FAR)
    until = world.one("select seen_until from private.rail_cursors where rail = 'stripe'")
    assert until <= world.now()
    awaiting(world, "stripe")
    ended: Callable[[World, str], Escrow] = ONCE["released"]
    assert ended(world, "market_service").place == ("released", "")
