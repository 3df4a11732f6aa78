"""Scheduled: draw the documents that are due, store them, and only then record them.

The same contract gives the same bytes, so a run that died at any point is simply done again.
"""

import hashlib
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared import object_storage as storage
from shared.db import Database, database
from shared.telemetry import instrumented, logger, metrics

from .draw import draw
from .store import file_of, key_of

BATCH = 5
# A long contract takes a few seconds.
MARGIN_MS = 30_000


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many were made and failed. Raises Problem: what is left is due again in five minutes."""
    db = database()
    done = {"made": 0, "failed": 0}
    while context.get_remaining_time_in_millis() > MARGIN_MS:
        due = db.service_rpc("contract_documents_due", {"max_rows": BATCH})
        for each in due:
            done[_made(db, each)] += 1
        if len(due) < BATCH:
            break
    metrics.add_metric("DocumentsFailed", MetricUnit.Count, done["failed"])
    logger.info("documents", extra=done)
    return done


def _made(db: Database, due: dict[str, Any]) -> str:
    try:
        content = draw(due["document"], due["document_hash"], due["signatures"])
        sha256 = hashlib.sha256(content).hexdigest()
        row = {
            "contract_id": due["contract_id"],
            "edition": due["edition"],
            "object_key": key_of(due["contract_id"], sha256),
            "sha256": sha256,
            "size_bytes": len(content),
        }
        file = file_of(row)
        storage.store(file, content)
        if not storage.is_stored(file):
            raise RuntimeError("object storage has other bytes under this name")
        db.service_rpc("contract_document_record", row, repeatable=True)
    except Exception as error:
        # One that cannot be made stops no other.
        logger.error(
            "document not made",
            contract_id=due["contract_id"],
            edition=due["edition"],
            error=type(error).__name__,
            reason=str(error)[:200],
        )
        return "failed"
    return "made"


handler = instrumented(run)
