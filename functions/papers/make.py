"""Scheduled: draw the papers that are due, store them, and only then record them.

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
        due = db.service_rpc("contract_papers_due", {"max_rows": BATCH})
        for paper in due:
            done[_made(db, paper)] += 1
        if len(due) < BATCH:
            break
    metrics.add_metric("PapersFailed", MetricUnit.Count, done["failed"])
    logger.info("papers", extra=done)
    return done


def _made(db: Database, paper: dict[str, Any]) -> str:
    try:
        content = draw(paper["document"], paper["document_hash"], paper["signatures"])
        sha256 = hashlib.sha256(content).hexdigest()
        row = {
            "contract_id": paper["contract_id"],
            "edition": paper["edition"],
            "object_key": key_of(paper["contract_id"], sha256),
            "sha256": sha256,
            "size_bytes": len(content),
        }
        file = file_of(row)
        storage.store(file, content)
        if not storage.is_stored(file):
            raise RuntimeError("object storage has other bytes under this name")
        db.service_rpc("contract_paper_record", row, repeatable=True)
    except Exception as error:
        # One that cannot be made stops no other.
        logger.error(
            "paper not made",
            contract_id=paper["contract_id"],
            edition=paper["edition"],
            error=type(error).__name__,
            reason=str(error)[:200],
        )
        return "failed"
    return "made"


handler = instrumented(run)
