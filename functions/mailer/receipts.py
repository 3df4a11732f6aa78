"""Receipts of e-mails: what SES tells through its topic and our queue."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared.db import Database, database, warm_up
from shared.errors import Problem
from shared.telemetry import instrumented, logger, metrics

from .receipt import Receipt, receipt_of


def run(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """The receipts of a batch that must come again: the database could not be asked."""
    failed = []
    for record in event["Records"]:
        receipt = receipt_of(record["body"])
        if receipt and not _noted(database(), receipt):
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _noted(db: Database, receipt: Receipt) -> bool:
    try:
        outcome = db.service_rpc("message_receipt", _fields(receipt), repeatable=True)
    except Problem as problem:
        logger.warning("receipt not handled", code=problem.slug)
        return False
    metrics.add_metric(f"MailReceipts{outcome.title()}", MetricUnit.Count, 1)
    if receipt.event in ("bounce", "complain"):
        metrics.add_metric("MailBounced", MetricUnit.Count, 1)
    return True


def _fields(receipt: Receipt) -> Mapping[str, Any]:
    return {
        "delivery_id": receipt.delivery_id, "provider": "ses", "event": receipt.event,
        "provider_message_id": receipt.message_id, "detail": receipt.detail,
    }  # fmt: skip


warm_up()
handler = instrumented(run)
