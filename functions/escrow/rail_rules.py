"""Which move follows from a report of a rail. Pure: no clock, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from .decide import decide
from .decision import Command, Decision
from .snapshot import TERMINAL, Hold, Snapshot

CHARGEBACK, INQUIRY = "chargeback", "inquiry"
FLAGGED = "flagged"
_EXPECTING = ("awaiting_funds", "funding_exception")


@dataclass(frozen=True, slots=True)
class Report:
    """A row of rail_reports: what a rail says happened to the money of an escrow.

    kind: funds, inquiry_opened, inquiry_closed, reversal_opened, reversal_won or reversal_lost.
    amount: in units of currency.
    """

    id: int
    rail: str
    provider_event_id: str
    escrow_id: str
    kind: str
    currency: str
    amount: Decimal
    reference: str
    reason: str
    provider_time: datetime
    due_by: datetime | None


@dataclass(frozen=True, slots=True)
class Case:
    """Nothing moves; a case is opened. kind: late_funds, rail_reversal or discrepancy."""

    kind: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case of a reversal ends. event: reversal_won or reversal_lost. amount: what the rail
    gave back or kept."""

    case_id: str
    event: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Neutral:
    """It changes no money. why: repeated, what it says was booked before; not_booked, it gives
    back what was never booked as taken."""

    why: str


Step = Decision | Case | Outcome | Neutral


def parse_report(data: Mapping[str, Any]) -> Report:
    """A report of service.rail_reports_due. Raises KeyError, TypeError or ValueError."""
    return Report(
        **{
            **data,
            "amount": Decimal(data["amount"]),
            "provider_time": datetime.fromisoformat(data["provider_time"]),
            "due_by": datetime.fromisoformat(data["due_by"]) if data["due_by"] else None,
        }
    )


def next_step(
    report: Report,
    snapshot: Snapshot,
    case: Mapping[str, str] | None,
    before: str | None = None,
    taken: Decimal = Decimal(0),
) -> Step:
    """The step that a report calls for, as the escrow stands now.

    case: {id, last_event} of the reversal, the last if several.
    before: kind of the last report of the same reversal before this one. taken: what moves of
    the escrow have booked under the report's reference as taken by the rail. Raises Problem:
    the step is not possible now.
    """
    if report.kind == "funds":
        return _funds(report, snapshot)
    if report.kind.startswith("inquiry_"):
        return _asked(report, snapshot)
    if report.kind == "reversal_opened":
        return Neutral("repeated") if case or taken else _opened(report, snapshot)
    if case:
        return _ended(report, case)
    if report.kind == before:
        return Neutral("repeated")
    if report.kind == "reversal_lost":
        return Neutral("repeated") if taken else _lost(report, snapshot)
    return _given_back(report, snapshot, taken) if taken else _lifted(report, snapshot, CHARGEBACK)


def _asked(report: Report, snapshot: Snapshot) -> Step:
    """The payer's bank asks; no money has moved."""
    if report.kind == "inquiry_closed":
        return _lifted(report, snapshot, INQUIRY)
    if snapshot.escrow.state in TERMINAL:
        return Neutral("not_booked")
    return _held(report, snapshot, INQUIRY)


def _opened(report: Report, snapshot: Snapshot) -> Step:
    if snapshot.escrow.state in TERMINAL:
        return Case("rail_reversal")
    return _held(report, snapshot, CHARGEBACK)


def _held(report: Report, snapshot: Snapshot, kind: str) -> Step:
    if _hold(report, snapshot, kind):
        return Neutral("repeated")
    payload: dict[str, Any] = {"kind": kind, "reason": kind, "reference": report.reference}
    if kind == CHARGEBACK:
        payload["amount"] = report.amount
    return _move(report, snapshot, "freeze", payload)


def _lifted(report: Report, snapshot: Snapshot, kind: str) -> Step:
    if hold := _hold(report, snapshot, kind):
        return _move(report, snapshot, "unfreeze", {"hold_id": hold.id})
    return Neutral("not_booked")


def _hold(report: Report, snapshot: Snapshot, kind: str) -> Hold | None:
    wanted = (kind, report.reference)
    found = (hold for hold in snapshot.holds if (hold.kind, hold.reference) == wanted)
    return next(found, None)


def _ended(report: Report, case: Mapping[str, str]) -> Step:
    """A reversal of an ended escrow is decided; a rail may change its mind, both ways."""
    if case["last_event"] == report.kind:
        return Neutral("repeated")
    if case["last_event"] == "reversal_won":
        # Won, given back, and taken again.
        return Case("rail_reversal")
    return Outcome(case["id"], report.kind, report.amount)


def _lost(report: Report, snapshot: Snapshot) -> Step:
    escrow = snapshot.escrow
    if report.currency != escrow.currency and escrow.state != "funding_exception":
        # It had gone back to the payer at once: nobody holds it here.
        return Case("discrepancy")
    if snapshot.escrow.state in TERMINAL:
        # Nobody heard of it before it was over: opened and ended in one.
        return Case("rail_reversal")
    payload = {
        "amount": report.amount,
        "currency": report.currency,
        "reference": report.reference,
    }
    return _move(report, snapshot, "rail-take", payload)


def _given_back(report: Report, snapshot: Snapshot, taken: Decimal) -> Step:
    """Lost, and won after all."""
    state = snapshot.escrow.state
    if state in TERMINAL:
        # The move that it made stands: what comes back now fits nothing.
        return Case("discrepancy")
    held = min(taken, snapshot.escrow.taken_amount)
    if state == "funding_exception" or not held:
        # What it took had waited and was never a part of what is held.
        return _funds(report, snapshot)
    payload = {"amount": min(report.amount, held), "reference": report.reference}
    return _move(report, snapshot, "rail-restore", payload)


def _funds(report: Report, snapshot: Snapshot) -> Step:
    escrow = snapshot.escrow
    if escrow.state not in _EXPECTING:
        return Case("late_funds")
    payload: dict[str, Any] = {
        "amount": report.amount,
        "currency": report.currency,
        "provider_time": report.provider_time,
        "reference": report.reference,
    }
    reason = _mismatch(report, snapshot)
    if reason is None:
        name = "funds-confirmed" if escrow.state == "awaiting_funds" else "top-up"
        return _move(report, snapshot, name, payload)
    return _move(report, snapshot, "funds-mismatch", {**payload, "reason": reason})


def _mismatch(report: Report, snapshot: Snapshot) -> str | None:
    """Why money is kept in suspense: flagged, wrong_asset, late, under or over; None when it
    is what was missing."""
    escrow = snapshot.escrow
    if report.reason == FLAGGED:
        return FLAGGED
    if report.currency != escrow.currency:
        return "wrong_asset"
    arrived = report.amount + (snapshot.suspense or 0)
    if escrow.state == "awaiting_funds":
        if escrow.expires_at is None or report.provider_time > escrow.expires_at:
            return "late"
        if arrived != escrow.amount:
            return "under" if arrived < escrow.amount else "over"
    elif arrived < escrow.amount or not snapshot.suspense:
        return "under"
    return None


def _move(report: Report, snapshot: Snapshot, name: str, payload: Mapping[str, Any]) -> Decision:
    key = f"{report.rail}:{report.provider_event_id}"
    return decide(snapshot, Command(name, payload, key, key), snapshot.now)
