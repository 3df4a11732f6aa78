"""Work of schedules that is done batch by batch until nothing is due."""

from typing import Any

from shared.db import Database

BATCH = 500
# One batch takes well under a second; this leaves time to answer and to flush.
MARGIN_MS = 10_000


def run_batches(db: Database, name: str, context: Any) -> int:
    """Call a command of schema `service` that takes max_rows and returns how many it did, until
    a batch is not full or the time of the function is nearly over; how many in all.

    Raises Problem: what is left waits for the next tick.
    """
    done = 0
    while context.get_remaining_time_in_millis() > MARGIN_MS:
        # Repeatable: what the first time did is no longer due.
        batch = int(db.service_rpc(name, {"max_rows": BATCH}, repeatable=True))
        done += batch
        if batch < BATCH:
            break
    return done
