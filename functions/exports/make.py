"""Scheduled: writes the exports that are due, and deletes those that are over.

Each is stored before it is recorded. A run that died leaves an object that nobody is told of; the
bucket deletes it by its age.
"""

import tempfile
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from shared import object_storage as storage
from shared.batches import MARGIN_MS
from shared.db import Database, database
from shared.telemetry import instrumented, logger, metrics

from .store import file_of, key_of
from .write import write

# Of the run, for one export more.
EXPORT_MS = 120_000


def run(event: dict[str, Any], context: Any) -> dict[str, int]:
    """How many were written, failed, and deleted. Raises Problem: what is left is due again."""
    db = database()
    done = {"made": 0, "failed": 0, "deleted": 0}
    while context.get_remaining_time_in_millis() > MARGIN_MS:
        over = db.service_rpc("data_exports_over", {}, repeatable=True)
        if not over:
            break
        for each in over:
            storage.delete(file_of(each["object_key"]))
            expired = {"export_id": each["export_id"]}
            done["deleted"] += db.service_rpc("data_export_expire", expired, repeatable=True)
    while context.get_remaining_time_in_millis() > EXPORT_MS:
        due = db.service_rpc("data_export_due", {})
        if due is None:
            break
        done[_made(db, due)] += 1
    metrics.add_metric("DataExportsFailed", MetricUnit.Count, done["failed"])
    logger.info("exports", extra=done)
    return done


def _made(db: Database, due: dict[str, Any]) -> str:
    try:
        with tempfile.TemporaryFile() as content:
            sha256 = write(db, due, content)
            file = file_of(key_of(due["export_id"], sha256), sha256, content.tell())
            content.seek(0)
            storage.store(file, content)
        if not storage.is_stored(file):
            raise RuntimeError("object storage has other bytes under this name")
        row = {"export_id": due["export_id"], "object_key": file.key, "sha256": file.sha256,
               "size_bytes": file.size_bytes}  # fmt: skip
        if not db.service_rpc("data_export_record", row, repeatable=True):
            storage.delete(file)
    except Exception as error:
        # One that cannot be written stops no other.
        logger.error("export not written", export_id=due["export_id"],
                     error=type(error).__name__, reason=str(error)[:200])  # fmt: skip
        return "failed"
    return "made"


handler = instrumented(run)
