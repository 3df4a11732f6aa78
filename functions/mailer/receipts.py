"""Receipts of e-mails: what SES tells through its topic and our queue."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import Database, database, warm_up
from shared.errors import Problem
from shared.records import FAILED, Record, to_come_again
from shared.telemetry import instrumented, logger, metrics

from .receipt import Receipt, receipt_of


def run(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """The receipts of a batch that must come again: the database could not be asked."""
    records = event["Records"]
    return to_come_again(records, [_receive(record) for record in records])


def _receive(record: Record) -> str:
    """What became of one record; "ignored" when it is no receipt of ours."""
    receipt = receipt_of(record["body"])
    return _note(database(), receipt) if receipt else "ignored"


def _note(db: Database, receipt: Receipt) -> str:
    try:
        outcome = db.service_rpc("message_receipt", _fields(receipt), repeatable=True)
    except Problem as problem:
        logger.warning("receipt not handled", code=problem.slug)
        return FAILED
    metrics.add_metric(f"MailReceipts{outcome.title()}", MetricUnit.Count, 1)
    if receipt.event in ("bounce", "complain"):
        metrics.add_metric("MailBounced", MetricUnit.Count, 1)
    return str(outcome)


def _fields(receipt: Receipt) -> Mapping[str, Any]:
    return {
        "delivery_id": receipt.delivery_id, "provider": "ses", "event": receipt.event,
        "provider_message_id": receipt.message_id, "detail": receipt.detail,
    }  # fmt: skip


warm_up()
handler = instrumented(run)
