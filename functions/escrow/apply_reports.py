"""Scheduled: turns reports of rails into moves of escrows. Runs most of each minute."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import Database, database
from shared.errors import Problem, Unavailable
from shared.money import format_amount
from shared.polling import poll_until_idle
from shared.telemetry import instrumented, logger, metrics

from .decision import Decision
from .rail_rules import Case, Neutral, Outcome, Report, next_step, parse_report
from .snapshot import parse_snapshot

BATCH = 50


@dataclass(slots=True)
class Applied:
    """moved: escrows that moved. cases: opened or ended. neutral: no money changed. failed: put
    off, to be tried again later."""

    moved: int = 0
    cases: int = 0
    neutral: int = 0
    failed: int = 0


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """What became of the reports. Raises Problem when the database is gone: the next tick
    goes on."""
    db, done = database(), Applied()
    poll_until_idle(context, lambda: one_round(db, done))
    metrics.add_metric(
        "RailReportsApplied", MetricUnit.Count, done.moved + done.cases + done.neutral
    )
    metrics.add_metric("RailReportsFailed", MetricUnit.Count, done.failed)
    logger.info("reports applied", extra=asdict(done))
    return asdict(done)


def one_round(db: Database, done: Applied) -> bool:
    """One poll; whether there was something. A report that fails waits: it holds up only
    what came after it for its own escrow, until an operator sets it aside. Raises Unavailable."""
    due = db.service_rpc("rail_reports_due", {"max_rows": BATCH}, repeatable=True)
    for data in due:
        try:
            _apply(db, data, done)
        except Unavailable:
            raise
        except Exception as error:
            done.failed += 1
            code = error.slug if isinstance(error, Problem) else type(error).__name__
            report_id = data["report"]["id"]
            logger.error("report failed", report_id=report_id, code=code, exc_info=error)
            failed = {"report_id": report_id, "error": code}
            db.service_rpc("rail_report_failed", failed, repeatable=True)
    return bool(due)


def _apply(db: Database, data: Mapping[str, Any], done: Applied) -> None:
    report, snapshot = parse_report(data["report"]), parse_snapshot(data["snapshot"])
    step = data["moved_as"] or next_step(
        report, snapshot, data["case"], data["before"], Decimal(data["taken"])
    )
    match step:
        case str():
            # Made by a worker that did not come to say so: the escrow has moved on since.
            applied_as = step
            done.moved += 1
        case Decision():
            # Repeatable: keyed by the rail's event.
            db.service_rpc("escrow_commit", {"decision": step.to_json()}, repeatable=True)
            applied_as = step.event
            done.moved += 1
        case Case():
            command = _case(report, step.kind)
            answer = db.service_rpc("escrow_rail_case", {"command": command}, repeatable=True)
            applied_as = step.kind
            if step.kind == "rail_reversal" and report.kind == "reversal_lost":
                _end(db, Outcome(answer["case_id"], report.kind, report.amount))
            done.cases += 1
        case Outcome():
            _end(db, step)
            applied_as = step.event
            done.cases += 1
        case Neutral():
            applied_as = step.why
            done.neutral += 1
    applied = {"report_id": report.id, "applied_as": applied_as}
    db.service_rpc("rail_report_applied", applied, repeatable=True)


def _end(db: Database, ended: Outcome) -> None:
    params = {
        "command": {
            "case_id": ended.case_id,
            "event": ended.event,
            "amount": format_amount(ended.amount),
        }
    }
    db.service_rpc("escrow_rail_outcome", params, repeatable=True)


def _case(report: Report, kind: str) -> dict[str, Any]:
    amount, reason = report.amount, report.reason
    if kind == "discrepancy" and report.kind == "reversal_lost":
        reason = "beyond_escrow"
    elif kind == "discrepancy":
        # What a rail gave and nothing waits for is below zero.
        amount, reason = -amount, "rail_gave"
    return {
        "escrow_id": report.escrow_id,
        "kind": kind,
        "amount": format_amount(amount),
        "currency": report.currency,
        "provider_event_id": f"{report.rail}:{report.provider_event_id}",
        "reference": report.reference,
        "reason": reason,
        "due_by": report.due_by.isoformat() if report.due_by else None,
    }


handler = instrumented(run)
