"""What each kind of report calls for in each state of an escrow: a table."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions.escrow.decision import Decision
from functions.escrow.rail_rules import Case, Neutral, Outcome, Report, next_step
from functions.escrow.snapshot import Actor, Snapshot
from shared.errors import Problem
from tests.world.decisions.snapshots import DISPUTE, ESCROW, HELD, HOUR, NOW, POLICY, hold

BEFORE = ("proposed", "awaiting_funds")
HOLDING = ("funded", "performed", "disputed", "decided")
TERMINAL = ("released", "refunded", "split", "void")
STATES = (*BEFORE, "funding_exception", *HOLDING, *TERMINAL)
KINDS = (
    "funds", "inquiry_opened", "inquiry_closed", "reversal_opened", "reversal_won",
    "reversal_lost",
)  # fmt: skip
LIVE = (*BEFORE, "funding_exception", *HOLDING)
OPEN = {"id": "a-case", "last_event": "rail_reversal"}

# (kind, how it is) -> what comes of it in each state: an event, a case, nothing new or a refusal.
LATE, REVERSAL = "case late_funds", "case rail_reversal"
EXTRA, AGAIN, UNKNOWN = "case discrepancy", "repeated", "not_booked"
TABLE: dict[tuple[str, str], dict[str, str]] = {
    ("funds", ""): {
        **dict.fromkeys((*HOLDING, *TERMINAL, "proposed"), LATE),
        "awaiting_funds": "funds_confirmed", "funding_exception": "top_up",
    },
    ("funds", "frozen"): {
        **dict.fromkeys((*HOLDING, "proposed"), LATE),
        "awaiting_funds": "escrow_frozen", "funding_exception": "escrow_frozen",
    },
    ("reversal_opened", ""): {
        **dict.fromkeys((*BEFORE, "funding_exception", *HOLDING), "freeze"),
        **dict.fromkeys(TERMINAL, REVERSAL),
    },
    ("reversal_opened", "frozen"): dict.fromkeys(
        (*BEFORE, "funding_exception", *HOLDING), "freeze"
    ),
    ("reversal_opened", "charged back"): dict.fromkeys(
        (*BEFORE, "funding_exception", *HOLDING), AGAIN
    ),
    ("reversal_opened", "case"): dict.fromkeys(TERMINAL, AGAIN),
    ("reversal_won", ""): dict.fromkeys(STATES, UNKNOWN),
    ("reversal_won", "charged back"): dict.fromkeys(
        (*BEFORE, "funding_exception", *HOLDING), "unfreeze"
    ),
    ("reversal_won", "frozen"): dict.fromkeys((*BEFORE, "funding_exception", *HOLDING), UNKNOWN),
    ("reversal_won", "case"): dict.fromkeys(TERMINAL, "outcome reversal_won"),
    ("reversal_won", "lost case"): dict.fromkeys(TERMINAL, "outcome reversal_won"),
    ("reversal_won", "expired case"): dict.fromkeys(TERMINAL, "outcome reversal_won"),
    ("reversal_won", "won case"): dict.fromkeys(TERMINAL, AGAIN),
    ("reversal_won", "lost before"): {
        **dict.fromkeys(HOLDING, "rail_restore"), **dict.fromkeys(TERMINAL, EXTRA),
    },
    ("reversal_won", "won before"): dict.fromkeys((*HOLDING, *TERMINAL), AGAIN),
    ("reversal_lost", ""): {
        **dict.fromkeys(BEFORE, "illegal_move"), "funding_exception": "rail_void",
        **dict.fromkeys(HOLDING, "rail_return"), **dict.fromkeys(TERMINAL, REVERSAL),
    },
    ("reversal_lost", "charged back"): {
        "funding_exception": "rail_void", **dict.fromkeys(HOLDING, "rail_return"),
    },
    # A tenth of what is held is 0.01.
    ("reversal_lost", "small"): {
        **dict.fromkeys(BEFORE, "illegal_move"), "funding_exception": "rail_take",
        **dict.fromkeys(HOLDING, "rail_take"), **dict.fromkeys(TERMINAL, REVERSAL),
    },
    ("reversal_lost", "large"): {
        **dict.fromkeys(BEFORE, "illegal_move"), "funding_exception": "rail_take",
        "funded": "rail_dispute", "performed": "rail_dispute", "disputed": "rail_take",
        "decided": "rail_take", **dict.fromkeys(TERMINAL, REVERSAL),
    },
    ("reversal_lost", "taken"): dict.fromkeys(STATES, AGAIN),
    ("reversal_opened", "taken"): dict.fromkeys(STATES, AGAIN),
    ("reversal_won", "taken"): {
        **dict.fromkeys(HOLDING, "rail_restore"), "funding_exception": "top_up",
        **dict.fromkeys(BEFORE, "illegal_move"), **dict.fromkeys(TERMINAL, EXTRA),
    },
    ("reversal_won", "taken while it waited"): {
        **dict.fromkeys(HOLDING, "case late_funds"), "funding_exception": "top_up",
        **dict.fromkeys(TERMINAL, EXTRA),
    },
    ("inquiry_opened", ""): {
        **dict.fromkeys(LIVE, "freeze"), **dict.fromkeys(TERMINAL, UNKNOWN),
    },
    ("inquiry_opened", "asked"): dict.fromkeys(LIVE, AGAIN),
    ("inquiry_closed", ""): dict.fromkeys(STATES, UNKNOWN),
    ("inquiry_closed", "charged back"): dict.fromkeys(LIVE, UNKNOWN),
    ("inquiry_closed", "asked"): dict.fromkeys(LIVE, "unfreeze"),
    ("reversal_lost", "case"): dict.fromkeys(TERMINAL, "outcome reversal_lost"),
    ("reversal_lost", "expired case"): dict.fromkeys(TERMINAL, "outcome reversal_lost"),
    ("reversal_lost", "lost case"): dict.fromkeys(TERMINAL, AGAIN),
    ("reversal_lost", "won case"): dict.fromkeys(TERMINAL, REVERSAL),
    ("reversal_lost", "lost before"): dict.fromkeys((*HOLDING, *TERMINAL), AGAIN),
    ("reversal_lost", "won before"): dict.fromkeys(TERMINAL, REVERSAL),
}  # fmt: skip
CELLS = [(*cell, state, came) for cell, row in TABLE.items() for state, came in row.items()]


def _report(kind: str, **fields: Any) -> Report:
    said = Report(
        id=1, rail="stripe", provider_event_id="ch_1", escrow_id=ESCROW.id, kind=kind,
        currency=ESCROW.currency, amount=HELD, reference="dp_1", reason="", provider_time=NOW,
        due_by=None,
    )  # fmt: skip
    return replace(said, **fields)


def _snapshot(state: str, *, frozen: bool = False, suspense: str = "0.04") -> Snapshot:
    ended = state in TERMINAL
    escrow = replace(
        ESCROW, product="market", rail="stripe", state=state,
        phase="decide" if state == "disputed" else "", frozen=frozen,
        deadline_at=None if ended else NOW + HOUR, expires_at=None if ended else NOW + HOUR,
    )  # fmt: skip
    return Snapshot(
        now=NOW, actor=Actor(None, "aal1", frozenset({"rail"})), escrow=escrow, policy=POLICY,
        dispute=DISPUTE if state in ("disputed", "decided") else None,
        suspense=Decimal(suspense) if state == "funding_exception" else None,
        waiting={ESCROW.currency: Decimal(suspense)} if state == "funding_exception" else {},
    )  # fmt: skip


def _step(report: Report, snapshot: Snapshot, how: str = "") -> Any:
    holds = {
        "frozen": (hold("operator"), hold("rail", "chargeback", reference="dp_2")),
        "charged back": (hold("operator"), hold("rail", "chargeback", reference="dp_1")),
        "asked": (hold("rail", "inquiry", reference="dp_1"),),
    }.get(how, ())
    held = HELD if how in ("taken", "lost before") else Decimal(0)
    escrow = replace(snapshot.escrow, taken_amount=held)
    snapshot = replace(snapshot, holds=holds, escrow=escrow)
    last = {
        "case": "rail_reversal", "lost case": "reversal_lost", "won case": "reversal_won",
        "expired case": "timeout_dismiss",
    }.get(how)  # fmt: skip
    case = OPEN | {"last_event": last} if last else None
    before = {"lost before": "reversal_lost", "won before": "reversal_won"}.get(how)
    part = {"small": Decimal("0.01"), "large": Decimal("0.02")}.get(how, report.amount)
    gone = HELD if how in ("taken", "lost before", "taken while it waited") else Decimal(0)
    return next_step(replace(report, amount=part), snapshot, case, before, gone)


def _said(report: Report, snapshot: Snapshot, how: str) -> str:
    try:
        step = _step(report, snapshot, how)
    except Problem as problem:
        return problem.slug
    match step:
        case Decision():
            return step.event
        case Case():
            return f"case {step.kind}"
        case Outcome():
            assert (step.case_id, step.amount) == (OPEN["id"], report.amount)
            return f"outcome {step.event}"
    assert isinstance(step, Neutral)
    return step.why


@pytest.mark.parametrize(("kind", "how", "state", "came"), CELLS)
def test_the_step_of_each_kind_in_each_state(kind: str, how: str, state: str, came: str) -> None:
    frozen = how in ("frozen", "charged back", "asked")
    assert _said(_report(kind), _snapshot(state, frozen=frozen), how) == came


def test_every_kind_in_every_state_is_in_the_table() -> None:
    for kind in KINDS:
        assert {cell[2] for cell in CELLS if cell[0] == kind} == set(STATES)


@pytest.mark.parametrize(
    ("state", "fields", "reason"),
    [
        ("awaiting_funds", {}, None),
        ("awaiting_funds", {"provider_time": NOW + HOUR}, None),
        ("awaiting_funds", {"provider_time": NOW + HOUR + timedelta(microseconds=1)}, "late"),
        ("awaiting_funds", {"amount": HELD - Decimal("1e-8")}, "under"),
        ("awaiting_funds", {"amount": HELD + Decimal("1e-8")}, "over"),
        ("awaiting_funds", {"currency": "DOGE"}, "wrong_asset"),
        ("awaiting_funds", {"reason": "flagged"}, "flagged"),
        ("awaiting_funds", {"reason": "flagged", "currency": "DOGE"}, "flagged"),
        ("funding_exception", {"amount": Decimal("0.06")}, None),
        ("funding_exception", {"amount": Decimal("0.06") - Decimal("1e-8")}, "under"),
        ("funding_exception", {"amount": Decimal("0.06"), "reason": "flagged"}, "flagged"),
        ("funding_exception", {"amount": HELD, "currency": "DOGE"}, "wrong_asset"),
    ],
)  # fmt: skip
def test_why_money_is_kept_apart(state: str, fields: dict[str, Any], reason: str | None) -> None:
    step = _step(_report("funds", **fields), _snapshot(state))
    if reason is None:
        assert step.event in ("funds_confirmed", "top_up")
    else:
        assert (step.event, step.payload["reason"]) == ("funds_mismatch", reason)
    assert (step.actor_kind, step.idempotency_key) == ("rail", "stripe:ch_1")
    assert step.expected_version == ESCROW.version


def test_money_on_top_of_nothing_of_the_own_is_not_a_top_up() -> None:
    step = _step(_report("funds"), _snapshot("funding_exception", suspense="0"))
    assert step.payload["reason"] == "under"


@pytest.mark.parametrize(("state", "most"), [("funded", HELD), ("funding_exception", "0.04")])
def test_no_more_is_taken_than_there_is(state: str, most: Decimal | str) -> None:
    for amount, taken in ((Decimal("0.005"), Decimal("0.005")), (Decimal(7), Decimal(most))):
        step = _step(_report("reversal_lost", amount=amount), _snapshot(state))
        assert (step.payload["amount"], step.payload["reference"]) == (taken, "dp_1")
